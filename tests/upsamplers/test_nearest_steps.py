import pytest
import torch
from torch.nn import functional as F

from srkit.upsamplers.nearest_steps import NearestSteps


def test_four_times_is_two_steps_with_an_activation_between_them():
    part, x = NearestSteps(3, 5, 4), torch.rand(1, 3, 4, 5)
    first, second = (step.conv for step in part.steps)
    large = F.leaky_relu(first(F.interpolate(x, scale_factor=2)), 0.2)
    torch.testing.assert_close(part(x), second(F.interpolate(large, scale_factor=2)))


def test_three_times_is_one_step():
    part, x = NearestSteps(3, 3, 3), torch.rand(1, 3, 4, 5)
    torch.testing.assert_close(part(x), part.steps[0].conv(F.interpolate(x, scale_factor=3)))


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_a_flat_field_stays_flat(scale):
    border = slice(2 * scale, -2 * scale)
    inside = NearestSteps(2, 2, scale)(torch.full((1, 2, 9, 9), 0.7))[..., border, border]
    torch.testing.assert_close(inside, inside[..., :1, :1].expand_as(inside))


@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_its_halo_is_enough(kernel, scale, reach):
    part = NearestSteps(2, 2, scale, kernel=kernel)
    assert part.needs.halo - 1 <= reach(part, 2, scale, side=17) <= part.needs.halo
