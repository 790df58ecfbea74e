import pytest
import torch
from torch.nn import functional as F

from srkit.upsamplers.transposed_conv import TransposedConv


@pytest.mark.parametrize("scale", range(2, 9))
def test_the_size_is_exact_for_every_kernel_that_leaves_no_hole(scale):
    for kernel in (scale, scale + 1, 2 * scale):
        assert TransposedConv(2, 2, scale, kernel=kernel)(torch.rand(1, 2, 5, 3)).shape == (
            1,
            2,
            5 * scale,
            3 * scale,
        )
    with pytest.raises(ValueError, match=f"kernel must be at least the scale {scale}"):
        TransposedConv(2, 2, scale, kernel=scale - 1)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_bilinear_is_bilinear_interpolation_inside(scale):
    x = torch.rand(1, 2, 9, 7)
    large = TransposedConv(2, 2, scale, kernel=2 * scale - scale % 2, init="bilinear")(x)
    wanted = F.interpolate(x, scale_factor=scale, mode="bilinear", align_corners=False)
    inside = (..., slice(scale, -scale), slice(scale, -scale))
    torch.testing.assert_close(large[inside], wanted[inside])


def test_the_3x3_one_is_the_released_layer():
    """The full output, cut at the bottom and on the right by one (LapSRN's crop [0 1 0 1])."""
    part, x = TransposedConv(4, 4, 2), torch.rand(1, 4, 6, 5)
    full = F.conv_transpose2d(x, part.conv.weight, part.conv.bias, stride=2)
    torch.testing.assert_close(part(x), full[..., :12, :10])


@pytest.mark.parametrize("scale", range(2, 6))
@pytest.mark.parametrize("more", range(7))
def test_its_halo_is_how_far_it_looks(scale, more, reach):
    part = TransposedConv(2, 2, scale, kernel=scale + more)
    assert reach(part, 2, scale) == part.needs.halo


def test_a_flat_field_keeps_its_value_where_the_start_is_bilinear():
    for kernel in (3, 4, 5):
        large = TransposedConv(2, 2, 2, kernel=kernel, init="bilinear")(torch.full((1, 2, 9, 9), 0.7))
        torch.testing.assert_close(large[..., 4:-4, 4:-4], torch.full((1, 2, 10, 10), 0.7))
