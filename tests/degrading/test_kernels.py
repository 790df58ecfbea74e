import math

import numpy as np
import pytest

from srkit.degrading.kernels import TOGETHER, centred, compose, cut, gaussian, normalised


def slow_gaussian(variances, theta, side, centre):
    """KernelGAN's formula, pixel by pixel: exp(-z' inv(Sigma) z / 2) with Sigma = Q diag(variances) Q'."""
    rotation = np.array([[math.cos(theta), -math.sin(theta)], [math.sin(theta), math.cos(theta)]])
    inverse = np.linalg.inv(rotation @ np.diag(variances) @ rotation.T)
    kernel = np.zeros((side, side))
    for row in range(side):
        for column in range(side):
            z = np.array([column - centre, row - centre])
            kernel[row, column] = math.exp(-0.5 * z @ inverse @ z)
    return kernel / kernel.max()


def slow_compose(first, second, stride):
    """sum over (r,c) of second[r,c] * (first shifted by stride * (r,c))."""
    side = (len(second) - 1) * stride + len(first)
    total = np.zeros((side, side))
    for row in range(len(second)):
        for column in range(len(second)):
            y, x = stride * row, stride * column
            total[y : y + len(first), x : x + len(first)] += second[row, column] * first
    return total


def centre_of_mass(kernels):
    grid = np.arange(kernels.shape[-1])
    return np.stack([kernels.sum(1) @ grid, kernels.sum(2) @ grid], 1)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def drawn(rng):
    return rng.uniform(0.3, 5.3, (6, 2)), rng.uniform(-3.5, 3.5, 6)


def test_formula(drawn):
    fast = gaussian(*drawn, 11, 5.0)
    slow = [slow_gaussian(variances, theta, 11, 5.0) for variances, theta in zip(*drawn, strict=True)]
    np.testing.assert_allclose(fast, np.stack(slow), rtol=1e-10, atol=1e-14)


def test_off_centre_it_is_cut_off_evenly(drawn):
    fast = gaussian(*drawn, 11, 6.5)
    slow = np.stack([slow_gaussian(variances, theta, 11, 6.5) for variances, theta in zip(*drawn, strict=True)])
    np.testing.assert_allclose(fast[:, 3:, 3:], slow[:, 3:, 3:], rtol=1e-10, atol=1e-14)
    assert not fast[:, :3].any()
    assert not fast[:, :, :3].any()


def test_theta_is_the_angle_of_the_first_axis():
    kernel = gaussian(np.array([[9.0, 1.0]]), np.array([math.pi / 4]), 15, 7.0)[0]
    assert kernel[10, 10] > kernel[7, 11] > kernel[4, 10]  # x and y grow together


def test_centred_puts_the_centre_of_mass_in_place(drawn, rng):
    moved = normalised(centred(gaussian(*drawn, 11, 5.5) * rng.uniform(1, 1.5, (6, 11, 11)), 5.5))
    assert np.abs(centre_of_mass(moved) - 5.5).max() < 1e-6
    assert moved.min() >= 0


def test_centred_moves_a_gaussian_and_changes_nothing_else(drawn):
    variances, theta = drawn
    wide = variances + 1  # the centre of mass of a narrow one, seen at pixels only, is not its centre
    there = normalised(gaussian(wide, theta, 61, 30.3))
    moved = normalised(centred(gaussian(wide, theta, 61, 29.1), 30.3))
    np.testing.assert_allclose(moved, there, atol=1e-6)


@pytest.mark.parametrize("variance", [1e-4, 1e-3, 0.03, 0.3, 30.0, 1000.0])
@pytest.mark.parametrize(
    ("side", "centre"), [(11, 5.0), (11, 5.5), (11, 8.5), (61, 33.0), (61, 33.5), (121, 100.0)]
)
def test_centred_never_fails(variance, side, centre, rng):
    raw = gaussian(np.full((50, 2), variance), np.zeros(50), side, centre)
    moved = normalised(centred(raw * rng.uniform(0.01, 1, (50, side, side)), centre))
    assert np.abs(centre_of_mass(moved) - centre).max() < 1e-6


def test_a_kernel_is_the_same_alone_and_in_any_batch(rng):
    """Some kernels converge in many steps and some in few; the others must not change a finished one."""
    count = TOGETHER + 5
    variances, theta = rng.uniform(0.02, 30, (count, 2)), rng.uniform(-3.5, 3.5, count)
    change = rng.uniform(0.1, 1, (count, 11, 11))

    def made(rows):
        return compose(normalised(centred(gaussian(variances[rows], theta[rows], 11, 5.5) * change[rows], 5.5)), 3)

    whole = made(slice(None))
    for together in (1, 2, 4, 16):
        for start in range(0, count, together):
            rows = slice(start, start + together)
            np.testing.assert_array_equal(made(rows), whole[rows])


def test_cut_leaves_the_middle(rng):
    kernels = rng.random((3, 7, 7))
    result = cut(kernels, np.array([3, 7, 5]))
    assert [(one > 0).sum() for one in result] == [9, 49, 25]
    np.testing.assert_array_equal(result[0, 2:5, 2:5], kernels[0, 2:5, 2:5])


def test_what_cannot_be_moved_stays():
    one = np.zeros((2, 121, 121))
    one[0, 0, 0] = one[1, 120, 60] = 1
    np.testing.assert_array_equal(normalised(centred(one, 60.0)), one)


@pytest.mark.parametrize(("times", "side"), [(1, 7), (2, 19), (3, 43), (4, 91)])
@pytest.mark.parametrize("count", [3, TOGETHER + 5])
def test_compose(times, side, count, rng):
    kernels = rng.random((count, 7, 7))
    composed = compose(kernels, times)
    assert composed.shape == (count, side, side)
    for kernel, result in zip(kernels, composed, strict=True):
        slow = kernel
        for step in range(1, times):
            slow = slow_compose(slow, kernel, 2**step)
        np.testing.assert_allclose(result, slow, rtol=1e-12)


def test_composing_leaves_nothing_negative(drawn):
    composed = compose(gaussian(drawn[0] / 10, drawn[1], 11, 5.5), 3)
    assert composed.min() == 0
