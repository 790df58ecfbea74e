"""The score of a kernel does not depend on its shift, and a wrong kernel has a bad score."""

import math
import re

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from srkit.degrading.compare import kernel_psnr, mass, relative_error, squared_difference
from srkit.degrading.kernels import gaussian, normalised


def bell(variances, side=15, centre=7.0, theta=0.3):
    kernels = gaussian(np.array([variances]), np.array([theta]), side, centre)
    return torch.from_numpy(normalised(kernels))[0]


def test_a_kernel_that_is_moved_or_padded_is_the_same():
    kernel = bell((2.0, 5.0))
    assert squared_difference(kernel, kernel) == pytest.approx(0, abs=1e-12)
    assert squared_difference(F.pad(kernel, (4, 2, 1, 5)), kernel) == pytest.approx(0, abs=1e-12)
    for shift in (0.1, 0.37, 0.5):
        assert squared_difference(bell((2.0, 3.0), 31, 15 + shift), bell((2.0, 3.0), 31, 15.0)) < 1e-9


def test_it_is_the_smallest_difference_that_moving_by_whole_pixels_can_leave_or_less():
    one, other = bell((1.0, 4.0)), bell((3.0, 2.0), theta=1.0)
    by_hand = min(
        float((F.pad(one, (x, 8 - x, y, 8 - y)) - F.pad(other, (4, 4, 4, 4))).square().sum())
        for x in range(9)
        for y in range(9)
    )
    assert 0.95 * by_hand < squared_difference(one, other) <= by_hand + 1e-12


def test_a_turned_or_wider_kernel_is_another():
    kernel = bell((1.0, 5.0))
    norm = float(kernel.square().sum())
    assert squared_difference(kernel.T, kernel) > 0.1 * norm
    assert squared_difference(bell((2.0, 10.0)), kernel) > 0.05 * norm
    delta = torch.zeros(3, 3)
    delta[1, 1] = 1
    assert squared_difference(delta, delta) == pytest.approx(0, abs=1e-12)


def test_the_psnr_has_1_as_its_peak_and_the_true_kernel_s_pixels():
    one, other = bell((1.0, 4.0)), bell((3.0, 2.0))
    by_hand = -10 * math.log10(float((one - other).square().mean()))
    assert kernel_psnr(one, other, align="middle") == pytest.approx(by_hand)
    # zeros around the estimate count for nothing
    assert kernel_psnr(F.pad(one, (3, 3, 3, 3)), other, align="middle") == pytest.approx(by_hand)
    assert kernel_psnr(one, other) >= by_hand
    assert kernel_psnr(one, one) > 150
    delta = torch.zeros(3, 3)
    delta[1, 1] = 1
    assert kernel_psnr(delta, delta, align="middle") == math.inf
    norm = float((one - other).norm() / other.norm())
    assert relative_error(one, other, align="middle") == pytest.approx(norm)


def test_alignment_by_mass_is_the_best_one_of_symmetric_kernels_and_middles_are_not_moved():
    one, other = bell((2.0, 3.0), 31, 15.4), bell((3.0, 4.0), 31, 15.0)
    assert mass(other).tolist() == pytest.approx([15.0, 15.0])
    by_mass, best, still = (squared_difference(one, other, align=way) for way in ("mass", "best", "middle"))
    assert by_mass == pytest.approx(best, rel=1e-4)
    assert still > 1.2 * best
    # a speck far away draws the centre of mass with it, and not the best place
    speck = other.clone()
    speck[0, 0] += 0.05
    assert squared_difference(speck, other) < 0.5 * squared_difference(speck, other, align="mass")


def test_what_is_no_kernel_is_refused():
    kernel = bell((1.0, 4.0))
    for wrong, shape in ((kernel[:4, :4], (4, 4)), (kernel[:3], (3, 15)), (kernel[None], (1, 15, 15))):
        with pytest.raises(ValueError, match=re.escape(f"wants kernels (k,k) with odd k, found {shape}")):
            kernel_psnr(wrong, kernel)
    flat = torch.tensor([[1.0, 0, -1], [1, 0, -1], [1, 0, -1]])
    with pytest.raises(ValueError, match=r"^wants a kernel with a sum, .* found one with the sum 0$"):
        kernel_psnr(flat, kernel, align="mass")
