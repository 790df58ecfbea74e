import pytest
import torch
from torch.nn import functional as F

from srkit.image.resize import resize
from srkit.upsamplers.resize_conv import ResizeConv


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
def test_it_interpolates_and_then_convolves(mode):
    part, x = ResizeConv(2, 2, 3, mode=mode), torch.rand(1, 2, 5, 4)
    options = {} if mode == "nearest" else {"align_corners": False}
    large = resize(x, 3) if mode == "bicubic" else F.interpolate(x, scale_factor=3, mode=mode, **options)
    torch.testing.assert_close(part(x), part.conv(large))


def test_an_even_kernel_is_refused():
    with pytest.raises(ValueError, match="kernel: wants odd int of at least 1, got 2"):
        ResizeConv(2, 2, 2, kernel=2)


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
def test_a_flat_field_stays_flat(mode):
    flat, part = torch.full((1, 2, 8, 8), 0.7), ResizeConv(2, 2, 2, mode=mode)
    inside = part(flat)[..., 1:-1, 1:-1]
    torch.testing.assert_close(inside, inside[..., :1, :1].expand_as(inside))
    whole = ResizeConv(2, 2, 2, mode=mode, padding="replicate")(flat)
    torch.testing.assert_close(whole, whole[..., :1, :1].expand_as(whole))


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("scale", [2, 3])
def test_its_halo_is_enough(mode, kernel, scale, reach):
    part = ResizeConv(2, 2, scale, mode=mode, kernel=kernel)
    assert part.needs.halo - 1 <= reach(part, 2, scale) <= part.needs.halo
