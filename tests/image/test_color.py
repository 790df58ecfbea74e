import numpy as np
import pytest
import torch

from srkit.image import color
from srkit.image.convert import gray_to_rgb, quantise, to_tensor, to_uint8
from srkit.image.crop import modcrop, shave

CORNERS = [  # RGB, and what MATLAB's rgb2ycbcr makes of it
    ((0, 0, 0), (16, 128, 128)),
    ((255, 255, 255), (235, 128, 128)),
    ((255, 0, 0), (81.481, 90.203, 240)),
    ((0, 255, 0), (144.553, 53.797, 34.214)),
    ((0, 0, 255), (40.966, 240, 109.786)),
]


@pytest.mark.parametrize(("rgb", "ycbcr"), CORNERS)
def test_corners_of_the_cube_are_matlabs(rgb, ycbcr):
    pixel = torch.tensor(rgb, dtype=torch.float64).view(1, 3, 1, 1) / 255
    np.testing.assert_allclose(color.rgb_to_ycbcr(pixel).flatten().numpy() * 255, ycbcr, atol=1e-9)


def test_the_inverse_inverts():
    x = torch.rand(2, 3, 4, 5, dtype=torch.float64)
    torch.testing.assert_close(color.ycbcr_to_rgb(color.rgb_to_ycbcr(x)), x)
    torch.testing.assert_close(color.rgb_to_y(x), color.rgb_to_ycbcr(x)[:, :1])


def test_gray_is_squeezed_as_if_it_were_rgb():
    gray = torch.rand(1, 1, 3, 3, dtype=torch.float64)
    torch.testing.assert_close(color.luma(gray), color.luma(gray_to_rgb(gray)))


def test_autocast_does_not_touch_colour():
    x = torch.rand(1, 3, 8, 8)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(color.rgb_to_y(x).double(), color.rgb_to_y(x.double()), atol=1e-6, rtol=0)


def test_bytes_survive_the_way_to_tensors_and_back():
    image = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, -1)
    assert np.array_equal(to_uint8(to_tensor(image)), image)
    assert to_tensor(image).shape == (1, 3, 16, 16)
    assert np.array_equal(to_uint8(torch.tensor([[[-1.0, 2.0, 0.5]]])), [[[0], [255], [128]]])


def test_quantise_gives_levels():
    x = torch.rand(1, 1, 50, 50) * 1.2 - 0.1
    levels = quantise(x) * 255
    torch.testing.assert_close(levels, levels.round())
    assert (quantise(x) - x.clamp(0, 1)).abs().max() <= 0.5 / 255 + 1e-6


def test_crops():
    image = torch.arange(7 * 9).view(1, 1, 7, 9)
    assert modcrop(image, 4).shape == (1, 1, 4, 8)
    assert modcrop(np.zeros((7, 9, 3), np.uint8), 2).shape == (6, 8, 3)
    assert torch.equal(shave(image, 2), image[..., 2:5, 2:7])
    assert torch.equal(shave(image, 0), image)
    with pytest.raises(ValueError, match="larger than twice the border 4, got 9 x 7"):
        shave(image, 4)
    with pytest.raises(ValueError, match="wants an image of at least 8 x 8 pixels for x8, got 9 x 7"):
        modcrop(image, 8)


def test_the_inverse_matrix_is_the_published_one():
    """Rounded as printed in BasicSR's and MATLAB's sources: rows Y, Cb, Cr; columns R, G, B."""
    printed = [[0.00456621] * 3, [0, -0.00153632, 0.00791071], [0.00625893, -0.00318811, 0]]
    shift = torch.tensor(color.OFFSET, dtype=torch.float64)
    for row, wanted in enumerate(printed):
        unit = torch.zeros(3, dtype=torch.float64)
        unit[row] = 1 / 255
        found = color.ycbcr_to_rgb((unit + shift).view(1, 3, 1, 1)).flatten()
        np.testing.assert_allclose(found.numpy(), wanted, atol=2e-8)


def test_colour_wants_three_channels_and_a_picture_wants_one_image():
    with pytest.raises(ValueError, match=r"wants an image \(N,3,H,W\), got \(1, 1, 2, 2\)"):
        color.rgb_to_y(torch.rand(1, 1, 2, 2))
    with pytest.raises(ValueError, match=r"wants one image, .* got \(2, 1, 4, 4\)"):
        to_uint8(torch.rand(2, 1, 4, 4))
