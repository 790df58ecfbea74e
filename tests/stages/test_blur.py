import math
import re

import numpy as np
import pytest
import torch

from srkit.degrading.blur import blur
from srkit.degrading.shapes import SHAPES
from srkit.stages.blur import Blur
from srkit.work import Work


def work_of(count, *size):
    return Work(tuple(torch.rand(count, 3, *(size or (16, 12))).chunk(count)), (8, 8))


def moments(kernels):
    """Eigenvalues (N,2) of the covariances of kernels, in pixels squared, ascending."""
    grid = torch.arange(kernels.shape[-1]).double() - kernels.shape[-1] // 2
    x, y = kernels.sum(1) @ grid**2, kernels.sum(2) @ grid**2
    xy = torch.einsum("nyx,y,x->n", kernels, grid, grid)
    return torch.linalg.eigvalsh(torch.stack([torch.stack([x, xy], 1), torch.stack([xy, y], 1)], 1))


def test_every_image_is_blurred_by_its_kernel_and_keeps_its_size(draws):
    work = Work((torch.rand(1, 3, 30, 20), torch.rand(1, 3, 9, 33), torch.rand(1, 3, 30, 20)), (8, 8))
    after = Blur(2)(work, draws(3))
    for image, kernel, blurred in zip(work.images, after.drawn["kernels"], after.images, strict=True):
        torch.testing.assert_close(blurred, blur(image, kernel[None]))
        assert blurred.shape == image.shape


def test_kernels_are_round_or_elongated_as_often_as_asked(draws):
    options = {"size_range": [21, 21], "sigma_range": [0.8, 2.0]}
    kernels = Blur(2, shapes={"iso": 3, "aniso": 7}, **options)(work_of(400), draws(400)).drawn["kernels"]
    torch.testing.assert_close(kernels.sum((1, 2)), torch.ones(400).double())
    axes = moments(kernels)
    assert 0.6 < axes.min().sqrt() < 0.85
    assert 1.9 < axes.max().sqrt() < 2.05
    round_ = (axes[:, 1] - axes[:, 0]) < 1e-6
    assert 90 < round_.sum() < 150


def test_sides_are_odd_and_cover_their_range(draws):
    kernels = Blur(2, size_range=[5, 11], sigma_range=[9, 9])(work_of(100), draws(100)).drawn["kernels"]
    assert set((kernels > 0).sum((1, 2)).tolist()) == {25, 49, 81, 121}
    torch.testing.assert_close(kernels, kernels.flip(1, 2))


def test_noise_changes_every_value(draws):
    kernels = Blur(2, size_range=[7, 7], noise=0.4)(work_of(2), draws(2)).drawn["kernels"]
    assert (kernels - kernels.flip(1, 2)).abs().max() > 1e-3


def test_the_shapes_are_the_published_formulas(draws):
    """BasicSR's bivariate_Gaussian, bivariate_generalized_Gaussian and bivariate_plateau, pixel by pixel."""
    drawn = Blur(2, shapes=dict.fromkeys(SHAPES, 1), size_range=[9, 9])(work_of(60), draws(60)).drawn
    assert set(drawn["shape"].tolist()) == set(range(6))
    for kernel, shape, (first, second), angle, beta in zip(
        *(drawn[name].tolist() for name in ("kernels", "shape", "deviations", "angle", "beta")), strict=True
    ):
        assert (first == second) == (not SHAPES[shape].endswith("aniso"))
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        inverse = np.linalg.inv(turn @ np.diag([first**2, second**2]) @ turn.T)
        wanted = np.zeros((9, 9))
        for row in range(9):
            for column in range(9):
                place = np.array([column - 4, row - 4])
                power = (place @ inverse @ place) ** beta
                plateau = SHAPES[shape].startswith("plateau")
                wanted[row, column] = 1 / (1 + power) if plateau else math.exp(-power / 2)
        np.testing.assert_allclose(kernel, wanted / wanted.sum(), rtol=1e-9, atol=1e-12)
        assert beta == 1 or "_" in SHAPES[shape]


def test_variances_may_be_drawn_instead_of_deviations(draws):
    blurs = [Blur(2, sigma_range=[1.0, 3.0], unit=unit, shapes={"iso": 1}) for unit in ("std", "variance")]
    std, variance = (one(work_of(50, 4, 4), draws(50)).drawn["deviations"][:, 0] for one in blurs)
    torch.testing.assert_close(1 + 8 * (std - 1) / 2, variance**2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sigma_range": [0.0, 1.0]}, "sigma_range.0: wants float of at least 0.01, got 0.0"),
        ({"size_range": [7, 1001]}, "size_range.1: wants odd int from 3 to 999, got 1001"),
        ({"size_range": [9, 7]}, "size_range must be [low, high] with low <= high, got [9, 7]"),
        ({"size_range": [4, 9]}, "size_range.0: wants odd int from 3 to 999, got 4"),
        ({"shapes": {"isso": 1.0}}, "shapes: no shape called 'isso'; did you mean 'iso' or 'aniso'?"),
        ({"shapes": {"iso": 0.0}}, "shares must be one number for each of 6 shapes, none negative and not all 0"),
        ({"noise": 1.0}, "noise: wants float of at least 0 and below 1, got 1.0"),
    ],
)
def test_refusals(options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Blur(2, **options)
