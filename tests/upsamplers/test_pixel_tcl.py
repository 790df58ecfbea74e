import pytest
import torch
from torch.nn import functional as F

from srkit.upsamplers.pixel_tcl import PixelTCL


def by_hand(step, x):
    """Two phases are convolutions, the other two are each a sum over the pixels around them that are known."""
    first = F.conv2d(x, step.first.weight, padding=1)
    second = F.conv2d(first, step.second.weight, padding=1)
    count, channels, height, width = first.shape
    large = x.new_zeros(count, channels, 2 * height, 2 * width)
    large[..., ::2, ::2], large[..., 1::2, 1::2] = first, second
    known = F.pad(large, (1, 1, 1, 1))
    for row, column in ((0, 1), (1, 0)):
        for i, j in ((0, 1), (1, 0), (1, 2), (2, 1)):  # above, left, right, below
            taps = step.between.weight[:, :, i, j]
            beside = known[..., row + i : row + i + 2 * height : 2, column + j : column + j + 2 * width : 2]
            large[..., row::2, column::2] += torch.einsum("oi,nihw->nohw", taps, beside)
    return large


def test_phases_come_from_those_before_them():
    part, x = PixelTCL(3, 5, 2), torch.rand(1, 3, 4, 5)
    torch.testing.assert_close(part(x), by_hand(part.steps[0], x))


def test_eight_times_is_three_steps_with_relu_between_them():
    part, x = PixelTCL(3, 5, 8), torch.rand(1, 3, 4, 5)
    first, second, third = part.steps
    torch.testing.assert_close(part(x), by_hand(third, by_hand(second, by_hand(first, x).relu()).relu()))


def test_weights_that_are_masked_never_change_the_result():
    part, x = PixelTCL(3, 3, 2, kernel=5), torch.rand(1, 3, 4, 5)
    before = part(x)
    step = part.steps[0]
    with torch.no_grad():
        step.between.weight[..., ::2, ::2] += 1
        step.between.weight[..., 1::2, 1::2] += 1
    assert torch.equal(part(x), before)


def test_scales_that_are_no_power_of_two_are_refused():
    with pytest.raises(ValueError, match="every step doubles the size, so scale must be a power of two, got 6"):
        PixelTCL(3, 3, 6)


@pytest.mark.parametrize("kernel", [3, 5, 7])
@pytest.mark.parametrize("scale", [2, 4])
def test_its_halo_is_enough(kernel, scale, reach):
    part = PixelTCL(2, 2, scale, kernel=kernel)
    assert part.needs.halo - 1 <= reach(part, 2, scale, side=27) <= part.needs.halo
