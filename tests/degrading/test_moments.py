import numpy as np
import pytest

from srkit.degrading.kernels import gaussian
from srkit.degrading.moments import Moments


@pytest.mark.parametrize("angle", [-60.0, 0.0, 35.0, 90.0])
def test_the_moments_of_a_gaussian_are_its_parameters(angle):
    kernel = gaussian(np.array([[4.0, 1.0]]), np.array([np.radians(angle)]), 31, 15.5)[0]
    found = Moments.of(kernel)
    assert (found.right, found.down) == pytest.approx((0.5, 0.5), abs=1e-6)
    assert (found.long, found.short) == pytest.approx((2, 1), abs=1e-3)
    assert abs(found.angle) == pytest.approx(90) if angle == 90 else found.angle == pytest.approx(angle)


def test_a_kernel_off_the_middle_says_where_it_lies():
    kernel = np.zeros((5, 5))
    kernel[1, 4] = 2
    found = Moments.of(kernel)
    assert (found.right, found.down, found.long, found.short) == (2, -1, 0, 0)


def test_negative_values_move_a_kernel_and_do_not_narrow_it():
    kernel = np.zeros((5, 5))
    kernel[2] = [-1, 2, 4, 2, 0]
    assert Moments.of(kernel).right == pytest.approx(2 / 7)
    assert Moments.of(kernel).long == pytest.approx(np.sqrt(4 / 8))
