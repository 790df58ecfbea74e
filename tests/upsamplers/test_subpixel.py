import pytest
import torch
from torch.nn import functional as F

from srkit.upsamplers.subpixel import Subpixel


@pytest.mark.parametrize("scale", [2, 3])
def test_it_is_a_convolution_folded_into_space(scale):
    part, x = Subpixel(2, 2, scale, init="he"), torch.rand(1, 2, 4, 5)
    wide, large = part.conv(x), part(x)
    for c in range(2):
        for i in range(scale):
            for j in range(scale):
                assert torch.equal(large[0, c, i::scale, j::scale], wide[0, c * scale**2 + i * scale + j])


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_icnr_starts_as_nearest_neighbour(scale):
    part, x = Subpixel(3, 3, scale), torch.rand(1, 3, 5, 4)
    small = F.conv2d(x, part.conv.weight[:: scale**2], part.conv.bias[:: scale**2], padding=1)
    torch.testing.assert_close(part(x), F.interpolate(small, scale_factor=scale, mode="nearest"))


def test_blur_averages_neighbours():
    sharp, blurred = Subpixel(2, 2, 2, init="he"), Subpixel(2, 2, 2, init="he", blur=True)
    blurred.load_state_dict(sharp.state_dict())
    x = torch.rand(1, 2, 4, 4)
    padded = F.pad(sharp(x), (1, 0, 1, 0), mode="replicate")
    torch.testing.assert_close(blurred(x), F.avg_pool2d(padded, 2, stride=1))


def test_an_even_kernel_is_refused():
    with pytest.raises(ValueError, match="kernel: wants odd int of at least 1, got 4"):
        Subpixel(2, 2, 2, kernel=4)


@pytest.mark.parametrize(("kernel", "blur", "halo"), [(1, False, 0), (3, False, 1), (3, True, 2), (5, True, 3)])
@pytest.mark.parametrize("scale", [2, 3])
def test_its_halo_is_how_far_it_looks(kernel, blur, halo, scale, reach):
    part = Subpixel(2, 2, scale, kernel=kernel, blur=blur)
    assert reach(part, 2, scale) == part.needs.halo == halo
