import pytest
import torch

from srkit.models.vdsr import VDSR
from srkit.network.needs import Needs
from srkit.upsamplers.bicubic import Bicubic


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_it_has_the_papers_parameters_at_every_scale(scale):
    model = VDSR(scale, 1, image_upsampler=Bicubic)
    assert sum(parameter.numel() for parameter in model.parameters()) == 665_921
    assert sum(conv.weight.numel() for conv in model.convs) == 664_704


def test_it_adds_its_residual_to_the_enlarged_image():
    model, x = VDSR(3, 1, image_upsampler=Bicubic, depth=3, features=4), torch.rand(1, 1, 5, 4)
    large = Bicubic(1, 1, 3)(x)
    assert torch.equal(model(x), large)  # the residual starts at zero
    noisy = VDSR(3, 1, image_upsampler=Bicubic, depth=3, features=4, residual_init="he")
    first, second, last = noisy.convs
    torch.testing.assert_close(noisy(x), large + last(second(first(large).relu()).relu()))
    assert not torch.allclose(noisy(x), large, atol=1e-2)


def test_half_precision_spares_the_image():
    model, x = VDSR(2, 1, image_upsampler=Bicubic, depth=2, features=4), torch.rand(1, 1, 9, 9)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = model(x)
    assert half.dtype == torch.float32
    assert torch.equal(half, model(x))


def test_the_halo_is_the_depth_in_pixels_of_the_small_image():
    halos = [VDSR(scale, 1, image_upsampler=Bicubic).needs for scale in (2, 3, 4)]
    assert halos == [Needs(10 + 2), Needs(7 + 2), Needs(5 + 2)]
