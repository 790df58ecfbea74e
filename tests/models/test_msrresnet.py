import pytest
import torch
from torch.nn import functional as F

from srkit.models.msrresnet import MSRResNet
from srkit.upsamplers.subpixel import Subpixel

TINY = {"upsampler": Subpixel, "blocks": 2, "features": 4}


@pytest.mark.parametrize(("scale", "count"), [(2, 1_369_859), (3, 1_554_499), (4, 1_517_571)])
def test_it_has_the_parameters_of_basicsr(scale, count):
    assert sum(parameter.numel() for parameter in MSRResNet(scale, 3, upsampler=Subpixel).parameters()) == count


def test_its_residual_is_added_to_bilinear_interpolation():
    model, x = MSRResNet(4, 3, **TINY), torch.rand(1, 3, 5, 4)
    act = lambda v: F.leaky_relu(v, 0.1)  # noqa: E731
    v = act(model.head(x))
    for block in model.blocks:
        v = v + block.conv2(block.conv1(v).relu())
    v = act(model.upsampler.steps[2](act(model.upsampler.steps[0](v))))
    v = model.tail(act(model.large(v)))
    base = F.interpolate(x, scale_factor=4, mode="bilinear", align_corners=False)
    torch.testing.assert_close(model(x), base + v)
