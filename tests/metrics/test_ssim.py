import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from srkit.metrics.ssim import SSIM


def slow_ssim(x, y):
    """Wang et al. with scipy's Gaussian, cut to where the 11x11 window fits whole."""

    def blur(image):
        return gaussian_filter(image, 1.5, truncate=5 / 1.5)[5:-5, 5:-5]

    mx, my = blur(x), blur(y)
    vx, vy, cov = blur(x * x) - mx**2, blur(y * y) - my**2, blur(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return (((2 * mx * my + c1) * (2 * cov + c2)) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean()


def test_it_agrees_with_scipy():
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (40, 33)).astype(float)
    y = (x + random.integers(-30, 31, x.shape)).clip(0, 255)
    a, b = (torch.from_numpy(image / 255)[None, None] for image in (x, y))
    assert float(SSIM(2, border=0, gray="as_is")(a, b)[0]) == pytest.approx(slow_ssim(x, y), abs=1e-9)
    inner = slow_ssim(x[3:-3, 3:-3], y[3:-3, 3:-3])
    assert float(SSIM(2, border=3, gray="as_is")(a, b)[0]) == pytest.approx(inner, abs=1e-9)


def test_identical_images_are_one_and_blur_costs():
    x = torch.rand(1, 3, 40, 40)
    assert float(SSIM(2)(x, x)[0]) == pytest.approx(1)
    assert float(SSIM(2)(torch.nn.functional.avg_pool2d(x, 3, 1, 1), x)[0]) < 0.9


def test_it_is_symmetric_and_a_batch_scores_like_its_images():
    x, y = torch.rand(3, 3, 24, 30), torch.rand(3, 3, 24, 30)
    torch.testing.assert_close(SSIM(2)(x, y), SSIM(2)(y, x))
    alone = [float(SSIM(2)(x[i : i + 1], y[i : i + 1])[0]) for i in range(3)]
    assert SSIM(2)(x, y).tolist() == pytest.approx(alone, abs=1e-12)


def test_of_flat_images_it_knows_their_means_alone():
    a, b = (torch.full((1, 1, 20, 20), level / 255) for level in (100.0, 120.0))
    c1 = (0.01 * 255) ** 2
    wanted = (2 * 100 * 120 + c1) / (100**2 + 120**2 + c1)
    assert float(SSIM(2, gray="as_is")(a, b)[0]) == pytest.approx(wanted, abs=1e-9)


def test_rgb_is_the_mean_of_its_channels():
    x, y = torch.rand(1, 3, 30, 30), torch.rand(1, 3, 30, 30)
    alone = [float(SSIM(2, gray="as_is")(x[:, i : i + 1], y[:, i : i + 1])[0]) for i in range(3)]
    assert float(SSIM(2, color="rgb")(x, y)[0]) == pytest.approx(sum(alone) / 3)


def test_images_smaller_than_the_window_are_refused():
    with pytest.raises(ValueError, match=r"at least 11 pixels a side inside the border, got \(8, 8\)"):
        SSIM(4)(torch.rand(1, 1, 16, 16), torch.rand(1, 1, 16, 16))
