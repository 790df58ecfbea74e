import math
import re

import pytest
import torch

from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.degrading.blur import blur
from srkit.degrading.kernels import compose
from srkit.parts.degradation import Traced

SCALES = (2, 3, 4, 5, 8)


def centre_of_mass(kernels):
    grid = torch.arange(kernels.shape[-1]).double()
    return torch.stack([kernels.sum(1) @ grid, kernels.sum(2) @ grid], 1)


@pytest.mark.parametrize("scale", SCALES)
def test_shape_and_batch(scale, picture, draws):
    high = picture(3, 1, 24 * scale, 16 * scale)
    low, _ = AnisotropicGaussian(scale).trace(high, draws(3))
    assert low.shape == (3, 1, 24, 16)
    assert torch.equal(low, AnisotropicGaussian(scale)(high, draws(3)))
    assert isinstance(AnisotropicGaussian(scale), Traced)
    alone = AnisotropicGaussian(scale)(high[1:2], draws(3)[1:2])
    assert torch.equal(low[1:2], alone)
    exact, drawn = AnisotropicGaussian(scale, quantise=False).trace(high, draws(3))
    torch.testing.assert_close(blur(high, drawn["kernels"], scale), exact)


@pytest.mark.parametrize(("scale", "side"), [(2, 11), (3, 21), (4, 31), (5, 41), (8, 71)])
def test_kernels(scale, side, draws):
    kernels = AnisotropicGaussian(scale).kernels(draws(50))
    assert kernels.shape == (50, side, side)
    assert kernels.min() >= 0
    torch.testing.assert_close(kernels.sum((1, 2)), torch.ones(50).double())
    # LR pixel (0,0) sits in the middle of the first block of scale x scale HR pixels
    assert (centre_of_mass(kernels) - (side - 1) / 2 - (scale - 1) / 2).abs().max() < 1e-5


def test_the_seed_alone_decides(draws):
    part = AnisotropicGaussian(2)
    kernels = part.kernels(draws(4))
    assert torch.equal(kernels, part.kernels(draws(4)))
    assert not torch.equal(kernels, part.kernels(draws(4, seed=1)))
    assert all((kernels[0] - other).abs().max() > 1e-3 for other in kernels[1:])


def test_x4_is_x2_twice(draws):
    twice = torch.from_numpy(compose(AnisotropicGaussian(2).kernels(draws(4)).numpy(), 2))
    torch.testing.assert_close(AnisotropicGaussian(4).kernels(draws(4)), twice)


def test_std_is_the_root_of_variance(draws):
    # one value and no noise, so that the same numbers are drawn
    variance = AnisotropicGaussian(2, lambda_range=[4.0, 4.0], noise=0.0)
    std = AnisotropicGaussian(2, lambda_range=[2.0, 2.0], unit="std", noise=0.0)
    assert torch.equal(variance.kernels(draws(3)), std.kernels(draws(3)))


@pytest.mark.parametrize("scale", SCALES)
def test_variance_grows_as_composing_makes_it(scale, draws):
    part = AnisotropicGaussian(scale, lambda_range=[0.8, 0.8], noise=0.0)
    kernel = part.kernels(draws(1))[0]
    offset = torch.arange(len(kernel)).double() - (len(kernel) - 1) / 2 - (scale - 1) / 2
    assert (kernel.sum(0) @ offset**2).item() == pytest.approx(0.8 * (scale**2 - 1) / 3, rel=1e-3)


def test_noise_kinds(draws):
    def ratio(**options):
        flat = {"lambda_range": [2.0, 2.0], "theta_range": [0.0, 0.0], "align": False}
        noisy = AnisotropicGaussian(2, **flat, **options).kernels(draws(200))
        return noisy / AnisotropicGaussian(2, **flat, noise=0.0).kernels(draws(1))

    symmetric, positive = ratio(noise=0.5), ratio(noise=0.5, noise_kind="positive")
    # before they are divided by their sums, values change by a factor of 0.5 to 1.5, or of 1 to 1.5
    assert 2.5 < (symmetric.amax((1, 2)) / symmetric.amin((1, 2))).median() < 3
    assert 1.4 < (positive.amax((1, 2)) / positive.amin((1, 2))).median() < 1.5


def test_not_aligned_is_in_the_middle(draws):
    kernels = AnisotropicGaussian(2, align=False, noise=0.0).kernels(draws(20))
    torch.testing.assert_close(kernels, kernels.flip(1, 2))


@pytest.mark.parametrize("scale", SCALES)
def test_aligned_with_bicubic(scale, picture, draws):
    """A ramp keeps its place: LR pixel i shows HR position scale * i + (scale-1)/2."""
    width = 32 * scale
    high = torch.linspace(0, 1, width, dtype=torch.float64).expand(2, 1, width, width)
    low = AnisotropicGaussian(scale, quantise=False)(high, draws(2))
    wanted = (scale * torch.arange(32) + (scale - 1) / 2) / (width - 1)
    torch.testing.assert_close(low[:, 0, 16, 8:-8], wanted[8:-8].double().expand(2, -1), rtol=0, atol=1e-7)


@pytest.mark.parametrize("scale", SCALES)
def test_a_constant_image_stays(scale, draws):
    high = torch.full((2, 3, 16 * scale, 16 * scale), 100 / 255)
    torch.testing.assert_close(AnisotropicGaussian(scale)(high, draws(2)), high[..., :16, :16])


def test_quantise(picture, draws):
    high = picture()
    rounded, exact = (AnisotropicGaussian(2, quantise=q)(high, draws(2)) for q in (True, False))
    assert torch.equal((rounded * 255).round() / 255, rounded)
    assert 0 < (rounded - exact).abs().max() <= 0.5001 / 255


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel_size": 10}, "kernel_size: wants odd int of at least 3, got 10"),
        ({"kernel_size": 1}, "kernel_size: wants odd int of at least 3, got 1"),
        ({"lambda_range": [5.0, 1.0]}, "lambda_range must be [low, high] with low <= high, got [5.0, 1.0]"),
        ({"lambda_range": [0.0, 1.0]}, "lambda_range.0: wants float above 0, got 0.0"),
        ({"theta_range": [1.0]}, "theta_range must be [low, high] with low <= high, got [1.0]"),
        ({"noise": -0.1}, "noise: wants float of at least 0 and below 1, got -0.1"),
        ({"noise": math.nan}, "noise: wants float of at least 0 and below 1, got nan"),
        ({"noise": 1.0}, "noise: wants float of at least 0 and below 1, got 1.0"),
    ],
)
def test_refusals(options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        AnisotropicGaussian(2, **options)


def test_refuses_a_kernel_too_small_to_be_shifted():
    message = "leave room to shift the kernel by 3.5 pixels at scale 8: wants at least 9, got 7"
    with pytest.raises(ValueError, match=message):
        AnisotropicGaussian(8, compose=False, kernel_size=7)
    AnisotropicGaussian(8, compose=False, kernel_size=9)
    AnisotropicGaussian(8, compose=False, kernel_size=7, align=False)


def test_refuses_scale_1():
    with pytest.raises(ValueError, match="scale must be at least 2, got 1"):
        AnisotropicGaussian(1)
