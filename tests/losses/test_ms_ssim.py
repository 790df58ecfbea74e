import pytest
import torch
from torch.nn import functional as F

from srkit.errors import TrainingError
from srkit.image.ssim import similarity_factors
from srkit.losses.ms_ssim import MSSSIM
from srkit.losses.ssim import SSIM

WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]


def slow_ms_ssim(x, y, weights):
    """The formula in float64, image by image and channel by channel."""
    values = []
    for a, b in zip(x.double().flatten(0, 1) * 255, y.double().flatten(0, 1) * 255, strict=True):
        a, b, value = a[None, None], b[None, None], 1.0
        for number, weight in enumerate(weights):
            luminance, structure = similarity_factors(a, b)
            level = luminance * structure if number == len(weights) - 1 else structure
            value *= float(level.mean()) ** (weight / sum(weights))
            a, b = (one[..., : one.shape[-2] // 2 * 2, : one.shape[-1] // 2 * 2] for one in (a, b))
            a, b = (sum(one[..., i::2, j::2] for i in (0, 1) for j in (0, 1)) / 4 for one in (a, b))
        values.append(value)
    return sum(values) / len(values)


@pytest.mark.parametrize(("levels", "side"), [(5, 176), (2, 48)])
def test_it_is_the_product_over_the_levels(levels, side):
    torch.manual_seed(0)
    y = F.interpolate(torch.rand(2, 3, side // 8, side // 8), size=(side, side), mode="bicubic")
    x = y + 0.1 * torch.randn_like(y)
    wanted = slow_ms_ssim(x, y, WEIGHTS[:levels])
    assert 0.3 < wanted < 0.99
    assert 1 - float(MSSSIM(levels=levels)(x, y)) == pytest.approx(wanted, abs=1e-5)


def test_one_level_is_ssim_image_by_image():
    torch.manual_seed(0)
    y = torch.rand(2, 3, 20, 20)
    x = y + 0.1 * torch.randn_like(y)
    for color in ("rgb", "y"):
        wanted = float(SSIM(color=color)(x, y))
        assert float(MSSSIM(levels=1, color=color)(x, y)) == pytest.approx(wanted, abs=1e-6)


def test_opposite_structure_gives_a_number_and_a_finite_gradient():
    torch.manual_seed(0)
    y = torch.rand(1, 1, 24, 24)
    x = (1 - y).requires_grad_()
    loss = MSSSIM(levels=2)(x, y)
    loss.backward()
    assert 0.9 < float(loss.detach()) <= 1
    assert x.grad.isfinite().all()


def test_images_too_small_for_the_last_level_are_refused():
    message = (
        r"^loss ms_ssim: wants images of at least 176 pixels a side, got 128 x 128; "
        r"take a larger train\.patch or train\.pyramid=last, or lower the loss's levels$"
    )
    x = torch.rand(1, 1, 128, 128)
    with pytest.raises(TrainingError, match=message):
        MSSSIM()(x, x)
    assert MSSSIM(levels=4)(x, x) == pytest.approx(0, abs=1e-6)
