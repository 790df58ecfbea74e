import math
import re

import numpy as np
import pytest
import torch
from scipy.special import j1

from srkit.degrading.kernels import ringing
from srkit.stages.sinc import Sinc
from srkit.work import Work


def test_the_kernel_is_the_published_formula():
    """Real-ESRGAN's circular_lowpass_kernel (Wang et al. 2021), pixel by pixel."""
    cutoff = np.array([1.2, math.pi])
    kernels = ringing(cutoff, 9)
    for kernel, c in zip(kernels, cutoff, strict=True):
        for row in range(9):
            for column in range(9):
                r = math.hypot(row - 4, column - 4)
                wanted = c * j1(c * r) / (2 * math.pi * r) if r else c**2 / (4 * math.pi)
                assert kernel[row, column] == pytest.approx(wanted, abs=1e-7)  # torch has J1 to 1e-7


def test_an_edge_gets_rings_and_a_constant_none(draws):
    edge = torch.zeros(1, 1, 64, 64)
    edge[..., 32:] = 0.5
    edge += 0.25
    work = Sinc(2, cutoff_range=[1.0, 1.5], size_range=[21, 21])(Work((edge,), (8, 8)), draws(1))
    assert work.images[0].max() > 0.75 + 0.02
    assert work.images[0].min() < 0.25 - 0.02
    assert 1 <= work.drawn["cutoff"].item() <= 1.5
    flat = torch.full((1, 3, 30, 30), 0.3)
    torch.testing.assert_close(Sinc(2)(Work((flat,), (8, 8)), draws(1)).images[0], flat)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cutoff_range": [0.0, 1.0]}, "cutoff_range.0: wants float of at most 3.14159 and above 0, got 0.0"),
        ({"cutoff_range": [1.0, 4.0]}, "cutoff_range.1: wants float of at most 3.14159 and above 0, got 4.0"),
        ({"size_range": [7, 20]}, "size_range.1: wants odd int from 3 to 999, got 20"),
    ],
)
def test_refusals(options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Sinc(2, **options)
