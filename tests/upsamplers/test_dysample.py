import pytest
import torch
from torch.nn import functional as F

from srkit.network.needs import Needs, needs_of
from srkit.upsamplers.dysample import DySample


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("style", ["lp", "pl"])
@pytest.mark.parametrize("scale", [2, 3])
def test_without_offsets_it_is_bilinear_interpolation(style, dynamic, scale):
    part, x = DySample(36, 36, scale, style=style, dynamic=dynamic), torch.rand(2, 36, 4, 5)
    torch.nn.init.zeros_(part.offset.weight)
    torch.testing.assert_close(part(x), F.interpolate(x, scale_factor=scale, mode="bilinear", align_corners=False))


@pytest.mark.parametrize("style", ["lp", "pl"])
def test_every_sample_lies_where_its_offset_says(style):
    """Written out for single pixels: the offset of a phase and group, in input pixels, times the scope."""
    part, x = DySample(16, 16, 2, style=style, groups=2), torch.rand(1, 16, 4, 5)
    torch.nn.init.normal_(part.offset.weight)
    large = part(x).detach()
    source = F.pixel_shuffle(x, 2) if style == "pl" else x
    offsets = part.offset(source).detach()
    for row, column, group in ((0, 0, 0), (3, 6, 1), (7, 9, 0), (4, 3, 1)):
        if style == "pl":
            right, down = (float(offsets[0, axis * 2 + group, row, column]) for axis in (0, 1))
        else:
            phase = row % 2 * 2 + column % 2
            places = (axis * 8 + group * 4 + phase for axis in (0, 1))
            right, down = (float(offsets[0, place, row // 2, column // 2]) for place in places)
        y = min(max((row + 0.5) / 2 - 0.5 + 0.25 * down, 0), 3)
        x_ = min(max((column + 0.5) / 2 - 0.5 + 0.25 * right, 0), 4)
        top, left = min(int(y), 2), min(int(x_), 3)
        corners = x[0, 8 * group : 8 * group + 8, top : top + 2, left : left + 2]
        weights = torch.outer(torch.tensor([top + 1 - y, y - top]), torch.tensor([left + 1 - x_, x_ - left]))
        found = large[0, 8 * group : 8 * group + 8, row, column]
        torch.testing.assert_close(found, (corners * weights).sum((1, 2)), atol=1e-5, rtol=1e-5)


def test_a_flat_field_stays_flat_up_to_the_edge_whatever_was_learnt():
    part = DySample(4, 4, 2)
    for parameter in part.parameters():
        torch.nn.init.normal_(parameter)
    torch.testing.assert_close(part(torch.full((1, 4, 9, 9), 0.7)), torch.full((1, 4, 18, 18), 0.7))


def test_half_precision_finds_its_places_in_a_wide_image():
    part, x = DySample(4, 3, 2), torch.rand(1, 4, 2, 700)
    with torch.autocast("cpu", torch.bfloat16):
        half = part(x)
    assert half.dtype == torch.bfloat16
    torch.testing.assert_close(half.float(), part(x), atol=0.05, rtol=0)


def test_groups_that_do_not_divide_the_channels_become_fewer():
    assert [DySample(channels, channels, 2).groups for channels in (64, 6, 3, 1)] == [4, 2, 1, 1]


def test_a_style_that_cannot_shuffle_the_channels_is_refused():
    with pytest.raises(ValueError, match="so channels must be a multiple of 4, got 6; take style lp"):
        DySample(6, 6, 2, style="pl")


def test_offsets_have_no_limit_so_it_is_shown_the_whole_image():
    assert needs_of(DySample(4, 4, 2)) == Needs()
