from dataclasses import dataclass

import torch
from torch import Tensor, nn

from srkit.engine.evaluate import Score, evaluate
from srkit.engine.predict import predict
from srkit.image.color import rgb_to_ycbcr
from srkit.image.resize import resize


@dataclass
class Example:
    name: str
    low: Tensor
    high: Tensor


def test_every_image_and_metric_is_a_row():
    images = [Example(name, torch.rand(1, 3, 4, 4), torch.zeros(1, 3, 8, 8)) for name in "ab"]
    metrics = {"mean": lambda x, _: x.mean((1, 2, 3)), "zero": lambda _, y: y.mean((1, 2, 3))}
    rows = list(evaluate(lambda low: low * 2, images, metrics))
    assert [(row.image, row.metric) for row in rows] == [("a", "mean"), ("a", "zero"), ("b", "mean"), ("b", "zero")]
    assert rows[1] == Score("a", "zero", 0.0)


class Twice(nn.Module):
    """Nearest-neighbour enlargement that notes what it was given."""

    def forward(self, x):
        self.given = x
        return nn.functional.interpolate(x, scale_factor=2)


def test_a_network_of_luma_sees_luma_and_colour_is_bicubic():
    model, low = Twice(), torch.rand(1, 3, 6, 5)
    high = predict(model, low, scale=2, color="y", device=torch.device("cpu"))
    ycbcr = rgb_to_ycbcr(low)
    torch.testing.assert_close(model.given, ycbcr[:, :1])
    inside = (high > 0).all(1) & (high < 1).all(1)
    found = rgb_to_ycbcr(high).movedim(1, -1)[inside]
    wanted = torch.cat([nn.functional.interpolate(ycbcr[:, :1], scale_factor=2), resize(ycbcr[:, 1:], 2)], 1)
    torch.testing.assert_close(found, wanted.movedim(1, -1)[inside], atol=1e-5, rtol=0)


def test_gray_comes_back_gray_and_rgb_networks_see_rgb():
    model = Twice()
    assert predict(model, torch.rand(1, 1, 3, 3), scale=2, color="y", device=torch.device("cpu")).shape == (
        1,
        1,
        6,
        6,
    )
    assert predict(model, torch.rand(1, 1, 3, 3), scale=2, color="rgb", device=torch.device("cpu")).shape[1] == 1
    assert model.given.shape[1] == 3
