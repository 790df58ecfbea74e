import pytest
import torch
from torch.nn import functional as F

from srkit.image.resize import resize
from srkit.upsamplers.resize_conv import ResizeConv


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
def test_it_interpolates_and_then_convolves(mode):
    part, x = ResizeConv(2, 3, mode=mode), torch.rand(1, 2, 5, 4)
    options = {} if mode == "nearest" else {"align_corners": False}
    large = resize(x, 3) if mode == "bicubic" else F.interpolate(x, scale_factor=3, mode=mode, **options)
    torch.testing.assert_close(part(x), part.conv(large))


def test_an_even_kernel_is_refused():
    with pytest.raises(ValueError, match="kernel must be odd to keep the size, got 2"):
        ResizeConv(2, 2, kernel=2)
