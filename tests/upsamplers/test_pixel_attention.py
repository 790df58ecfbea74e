import pytest
import torch
from torch.nn import functional as F

from srkit.upsamplers.pixel_attention import PixelAttention


@pytest.mark.parametrize(("scale", "count"), [(2, 14_472), (3, 14_472), (4, 25_488)])
def test_it_has_the_parameters_of_pan(scale, count):
    """PAN has 40 channels before and 24 behind it, and 261,403 and 272,419 parameters in all at x2 and x4."""
    assert sum(parameter.numel() for parameter in PixelAttention(40, 24, scale).parameters()) == count


def test_a_step_is_what_the_paper_draws():
    part, low = PixelAttention(3, 5, 4, features=4), torch.rand(1, 3, 4, 5)
    first, second = part.steps

    def by_hand(step, x):
        wide = step.widen(F.interpolate(x, scale_factor=2))
        return step.refine(F.leaky_relu(wide * torch.sigmoid(step.attention(wide)), 0.2))

    torch.testing.assert_close(part(low), by_hand(second, F.leaky_relu(by_hand(first, low), 0.2)))


@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_its_halo_is_enough(scale, reach):
    part = PixelAttention(2, 2, scale, features=3)
    assert part.needs.halo - 1 <= reach(part, 2, scale) <= part.needs.halo


@pytest.mark.parametrize("scale", [2, 3])
def test_a_flat_field_stays_flat(scale):
    border = slice(2 * scale, -2 * scale)
    inside = PixelAttention(2, 2, scale)(torch.full((1, 2, 9, 9), 0.7))[..., border, border]
    torch.testing.assert_close(inside, inside[..., :1, :1].expand_as(inside))
