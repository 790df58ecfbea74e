"""Kernels against the formula written slowly, and against the real ones of DIV2KRK."""

import math

import numpy as np
import pytest
import torch
from scipy import ndimage, stats

from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.degradations.blur import blur
from srkit.degradations.kernels import centre_of_mass, compose, gaussian
from srkit.image.convert import to_tensor
from srkit.image.files import read


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def slow_kernel(l1, l2, theta, side, centre):
    """KernelGAN's formula, a pixel at a time."""
    turn = np.array([[math.cos(theta), -math.sin(theta)], [math.sin(theta), math.cos(theta)]])
    inverse = np.linalg.inv(turn @ np.diag([l1, l2]) @ turn.T)
    kernel = np.zeros((side, side))
    for row in range(side):
        for column in range(side):
            z = np.array([column - centre, row - centre])
            kernel[row, column] = math.exp(-0.5 * z @ inverse @ z)
    return kernel / kernel.sum()


def slow_blur(image, kernel, scale):
    return ndimage.correlate(image, kernel, mode="reflect")[::scale, ::scale]


def moments(kernels):
    """Eigenvalues (small, large) of the second moments, and the angle of the large one modulo pi."""
    found = []
    for kernel in kernels:
        kernel = kernel / kernel.sum()
        grid = np.mgrid[: len(kernel), : len(kernel)].astype(float)
        mean = (grid * kernel).sum((1, 2), keepdims=True)
        centred = grid - mean
        covariance = np.einsum("iab,jab,ab->ij", centred, centred, kernel)
        values, vectors = np.linalg.eigh(covariance)
        found.append((*values, math.atan2(vectors[0, 1], vectors[1, 1]) % math.pi))
    return np.array(found)


def test_the_formula_is_kernelgans():
    variances = torch.tensor([[0.5, 4.0], [3.0, 1.0]], dtype=torch.float64)
    theta = torch.tensor([0.3, -2.0], dtype=torch.float64)
    kernels = gaussian(variances, theta, torch.ones(2, 11, 11, dtype=torch.float64), 11, 5.0, settle=False)
    for kernel, (l1, l2), angle in zip(kernels, variances, theta, strict=True):
        np.testing.assert_allclose(kernel, slow_kernel(float(l1), float(l2), float(angle), 11, 5.0), atol=1e-12)


def test_blurring_is_scipys_correlation_and_every_s_th_pixel():
    high = torch.rand(2, 3, 24, 20, dtype=torch.float64)
    for scale in (2, 4):
        kernels = AnisotropicGaussian(scale).kernels(2, seeded())
        low = blur(high, kernels, scale)
        for n in range(2):
            for c in range(3):
                slow = slow_blur(high[n, c].numpy(), kernels[n].numpy(), scale)
                np.testing.assert_allclose(low[n, c], slow, atol=1e-12)


@pytest.mark.parametrize("scale", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("align", [True, False])
def test_kernels_are_kernels(scale, align):
    kernels = AnisotropicGaussian(scale, align=align).kernels(64, seeded())
    side = {2: 11, 3: 21, 4: 31, 5: 41, 8: 71}[scale]
    assert kernels.shape == (64, side, side)
    assert (kernels >= 0).all()
    torch.testing.assert_close(kernels.sum((1, 2)), torch.ones(64, dtype=torch.float64))
    shift = 0.5 * (scale - 1) if align else 0
    assert (centre_of_mass(kernels) - (side - 1) / 2 - shift).abs().max() < 1e-4
    assert not torch.equal(kernels[0], kernels[1])


def test_x4_is_x2_twice():
    k2 = AnisotropicGaussian(2).kernels(1, seeded())
    high = torch.rand(1, 1, 200, 200, dtype=torch.float64)
    twice = blur(blur(high, k2, 2), k2, 2)
    once = blur(high, compose(k2, 2), 4)
    torch.testing.assert_close(once[..., 10:-10, 10:-10], twice[..., 10:-10, 10:-10])


def test_a_std_is_the_root_of_a_variance():
    variance = AnisotropicGaussian(2, lambda_range=[4.0, 4.0], noise=0.0).kernels(1, seeded())
    std = AnisotropicGaussian(2, lambda_range=[2.0, 2.0], unit="std", noise=0.0).kernels(1, seeded())
    torch.testing.assert_close(variance, std)


@pytest.mark.parametrize(("kind", "low", "high"), [("symmetric", 0.75, 1.25), ("positive", 1.0, 1.25)])
def test_noise_is_symmetric_or_positive(kind, low, high, monkeypatch):
    """Seen at the door of the formula, where the noise has not been moved or normalised yet."""
    seen = []
    monkeypatch.setattr(
        "srkit.degradations.anisotropic_gaussian.gaussian",
        lambda variances, theta, noise, *rest: seen.append(noise) or gaussian(variances, theta, noise, *rest),
    )
    AnisotropicGaussian(2, noise=0.25, noise_kind=kind).kernels(500, seeded())
    assert low <= seen[0].min() < low + 0.001
    assert high - 0.001 < seen[0].max() <= high


def test_the_generator_decides_and_trace_gives_the_kernels_back():
    part, high = AnisotropicGaussian(4, quantise=False), torch.rand(3, 1, 64, 64)
    low, drawn = part.trace(high, seeded(1))
    assert torch.equal(low, part(high, seeded(1)))
    assert not torch.equal(low, part(high, seeded(2)))
    torch.testing.assert_close(blur(high, drawn["kernels"], 4), low)


def test_lr_is_rounded_unless_told_otherwise():
    high = torch.rand(1, 1, 32, 32)
    levels = AnisotropicGaussian(2)(high, seeded()) * 255
    torch.testing.assert_close(levels, levels.round())
    exact = AnisotropicGaussian(2, quantise=False)(high, seeded()) * 255
    assert 0 < (exact - levels).abs().max() <= 0.5 + 1e-3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel_size": 4}, "kernel_size must be odd and at least 3, got 4"),
        ({"lambda_range": [2.0, 1.0]}, r"lambda_range must be \[low, high\] with low <= high, got \[2.0, 1.0\]"),
        ({"lambda_range": [0.0, 1.0]}, "lambda_range must be positive"),
        ({"noise": 1.0}, r"noise must be in \[0, 1\), got 1.0"),
        ({"theta_range": [1.0]}, "theta_range must be"),
        ({"kernel_size": 3, "compose": False, "scale": 4}, "kernel_size must leave room for a shift of 1.5 pixels"),
    ],
)
def test_it_refuses_what_makes_no_kernel(options, message):
    scale = options.pop("scale", 2)
    with pytest.raises(ValueError, match=message):
        AnisotropicGaussian(scale, **options)


def real_low(shared_data, name, kernels):
    """LR as DIV2KRK made it: the stored kernel shifted into place, correlated, truncated to bytes."""
    kernel = kernels[name].astype(float)
    wanted = (len(kernel) - 1) / 2 + 1.5
    kernel = ndimage.shift(np.pad(kernel, 2), wanted - np.array(ndimage.center_of_mass(kernel)))
    high = to_tensor(read(shared_data / "div2krk" / "gt" / f"{name}.png")).double()
    low = blur(high, torch.from_numpy(kernel / kernel.sum())[None], 4)
    made = np.floor(low[0].permute(1, 2, 0).numpy().clip(0, 1) * 255 + 1e-9)
    found = read(shared_data / "div2krk" / "lr_x4" / f"{name}.png")
    off = np.abs(made - found)
    return (off > 0).mean() < 0.01 and off.max() <= 1


def test_a_real_div2krk_image_is_reproduced(shared_data):
    assert real_low(shared_data, "im_14", np.load(shared_data / "div2krk" / "kernels_x4.npz"))


@pytest.mark.slow
def test_real_div2krk_images_are_reproduced(shared_data):
    kernels = np.load(shared_data / "div2krk" / "kernels_x4.npz")
    names = [file.stem for file in sorted((shared_data / "div2krk" / "gt").glob("*.png"))]
    assert sum(real_low(shared_data, name, kernels) for name in names) >= 16


@pytest.mark.parametrize("scale", [2, 4])
def test_our_kernels_have_the_distribution_of_the_real_ones(shared_data, scale):
    stored = np.load(shared_data / "div2krk" / f"kernels_x{scale}.npz")
    real = moments([stored[name].astype(float) for name in stored.files])
    ours = moments(AnisotropicGaussian(scale).kernels(2000, seeded()).numpy())
    for column, what in enumerate(("small eigenvalue", "large eigenvalue", "angle")):
        p = stats.ks_2samp(real[:, column], ours[:, column]).pvalue
        assert p > 0.01, f"x{scale} {what}: p = {p:.2g}"
    other = moments(AnisotropicGaussian(scale, unit="std").kernels(2000, seeded()).numpy())
    assert stats.ks_2samp(real[:, 1], other[:, 1]).pvalue < 1e-6  # std for variance is another benchmark
