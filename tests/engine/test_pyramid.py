import pytest
import torch
from torch import nn
from torch.nn import functional as F

from srkit.engine.pyramid import Levels, mean_losses
from srkit.errors import TrainingError
from srkit.image.resize import resize


class Two(nn.Module):
    def pyramid(self, x):
        return [x, resize(x, 2)]

    def forward(self, x):
        return self.pyramid(x)[-1]


def test_it_gives_what_has_a_loss():
    x = torch.rand(1, 1, 4, 4)
    assert [level.shape[-1] for level in Levels(Two(), every=True)(x)] == [4, 8]
    assert [level.shape[-1] for level in Levels(Two(), every=False)(x)] == [8]
    assert len(Levels(nn.Identity(), every=True)(x)) == 1


def test_levels_are_compared_with_hr_shrunk_to_their_size():
    high = torch.rand(2, 1, 12, 8)
    assert mean_losses([resize(high, 0.25), resize(high, 0.5), high], high, F.mse_loss)["loss"].item() < 1e-12
    off = [resize(high, 0.5) + 0.1, high + 0.3]
    assert mean_losses(off, high, F.l1_loss)["loss"].item() == pytest.approx(0.2)


def test_a_model_of_another_scale_is_refused():
    high = torch.rand(2, 1, 8, 8)
    with pytest.raises(TrainingError, match=r"model: wants \(2, 1, 8, 8\) of these crops, found \(2, 1, 4, 4\)"):
        mean_losses([high[..., ::2, ::2]], high, F.l1_loss)


def test_the_loss_is_computed_in_float32():
    seen = []

    def loss(prediction, target):
        seen.append((prediction.dtype, target.dtype))
        return F.l1_loss(prediction, target)

    high = torch.rand(1, 1, 8, 8)
    mean_losses([high[..., ::2, ::2].bfloat16(), high.bfloat16()], high, loss)
    assert seen == [(torch.float32, torch.float32)] * 2


class Terms:
    def __call__(self, prediction, target):
        return sum(self.terms(prediction, target).values())

    def terms(self, prediction, target):
        return {"near": 2 * F.l1_loss(prediction, target), "far": F.mse_loss(prediction, target)}


def test_a_sum_says_what_each_of_its_terms_is():
    high = torch.rand(2, 1, 12, 8)
    off = [resize(high, 0.5) + 0.1, high + 0.3]
    found = {name: value.item() for name, value in mean_losses(off, high, Terms()).items()}
    assert found == pytest.approx({"loss": 0.45, "loss.near": 0.4, "loss.far": 0.05}, rel=1e-4)
