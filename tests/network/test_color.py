import torch
from torch.nn import functional as F

from srkit.image.color import rgb_to_ycbcr
from srkit.image.resize import resize
from srkit.network.color import Color


class Twice:
    """Nearest-neighbour enlargement that records its input."""

    def __call__(self, x):
        self.given = x
        return F.interpolate(x, scale_factor=2)


def test_its_value_is_how_a_config_says_it():
    assert (Color("y"), Color("rgb")) == (Color.Y, Color.RGB)
    assert (Color.Y.channels, Color.RGB.channels) == (1, 3)


def test_a_network_of_luma_sees_luma_and_colour_is_bicubic():
    run, low = Twice(), torch.rand(1, 3, 6, 5)
    high = Color.Y.apply(run, low, 2)
    ycbcr = rgb_to_ycbcr(low)
    torch.testing.assert_close(run.given, ycbcr[:, :1])
    wanted = torch.cat([F.interpolate(ycbcr[:, :1], scale_factor=2), resize(ycbcr[:, 1:], 2)], 1)
    torch.testing.assert_close(rgb_to_ycbcr(high), wanted, atol=1e-5, rtol=0)


def test_a_network_of_rgb_sees_three_channels_and_gray_comes_back_gray():
    for color in Color:
        run = Twice()
        low = torch.rand(1, 1, 3, 3)
        high = color.apply(run, low, 2)
        torch.testing.assert_close(high, F.interpolate(low, scale_factor=2), atol=1e-6, rtol=0)
        assert run.given.shape == (1, color.channels, 3, 3)


def test_a_gray_picture_counts_as_rgb_with_three_equal_channels():
    low = torch.rand(1, 1, 4, 3)
    for color in Color:
        gray, rgb = (color.apply(Twice(), one, 2) for one in (low, low.expand(-1, 3, -1, -1)))
        torch.testing.assert_close(gray, rgb[:, :1], atol=1e-6, rtol=0)
