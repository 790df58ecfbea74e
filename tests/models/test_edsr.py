import pytest
import torch

from srkit.image.color import rgb_to_y
from srkit.models.edsr import EDSR
from srkit.upsamplers.subpixel import Subpixel

TINY = {"upsampler": Subpixel, "blocks": 2, "features": 4}


@pytest.mark.parametrize(("scale", "count"), [(2, 1_369_859), (3, 1_554_499), (4, 1_517_571)])
def test_the_baseline_has_the_papers_parameters(scale, count):
    assert sum(parameter.numel() for parameter in EDSR(scale, 3, upsampler=Subpixel).parameters()) == count


def test_it_is_what_the_paper_draws():
    model, x = EDSR(4, 3, residual_weight=0.1, **TINY), torch.rand(1, 3, 5, 4)
    mean = torch.tensor((0.4488, 0.4371, 0.4040)).view(1, 3, 1, 1)
    first = v = model.head((x - mean) * 255)
    for block in model.blocks:
        v = v + 0.1 * block.conv2(block.conv1(v).relu())
    v = first + model.join(v)
    v = model.upsampler.steps[1](model.upsampler.steps[0](v))
    torch.testing.assert_close(model(x), model.tail(v) / 255 + mean)


def test_a_network_of_luma_gives_the_luma_of_the_mean_where_one_of_rgb_gives_the_mean():
    rgb, luma = EDSR(2, 3, **TINY), EDSR(2, 1, **TINY)
    for model in (rgb, luma):
        torch.nn.init.zeros_(model.tail.weight)
        torch.nn.init.zeros_(model.tail.bias)
    x = torch.rand(1, 3, 4, 4)
    torch.testing.assert_close(luma(x[:, :1]), rgb_to_y(rgb(x)))


def test_half_precision_has_finer_steps_than_a_grey_level():
    torch.manual_seed(0)
    model, x = EDSR(2, 1, **TINY), torch.rand(1, 1, 32, 32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = model(x)
    assert half.dtype == torch.float32
    assert len(half.unique()) > half.numel() * 0.9
