import pytest
import torch
from torch.autograd import gradcheck

from srkit.datasets.samples import samples
from srkit.errors import TrainingError
from srkit.image import ssim as arithmetic
from srkit.image.convert import to_tensor
from srkit.image.resize import resize
from srkit.losses.ssim import SSIM
from srkit.metrics.ssim import SSIM as Metric


@pytest.fixture(scope="module")
def images():
    """A photograph, and what bicubic makes of a quarter of it: RGB, rounded to 8 bits."""
    high = to_tensor(samples(split="validate").high(0))[..., :96, :128]
    return resize(resize(high, 0.25), 4).mul(255).round().div(255).clamp(0, 1), high


@pytest.mark.parametrize("color", ["rgb", "y"])
def test_it_is_one_minus_the_metric(images, color):
    wanted = float(Metric(4, border=0, color=color)(*images)[0])
    assert 0.4 < wanted < 0.9
    assert 1 - float(SSIM(color=color)(*images)) == pytest.approx(wanted, abs=2e-6)


def test_in_flat_dark_and_bright_places_float32_keeps_the_digits():
    x = torch.cat([torch.full((1, 1, 24, 24), value) for value in (0.02, 0.98)])
    y = x + 0.004 * torch.rand(x.shape)
    wanted = Metric(4, border=0, quantise=False, gray="as_is")(y, x).mean()
    assert 1 - float(SSIM()(y, x)) == pytest.approx(float(wanted), abs=5e-5)


def test_its_gradient_is_right():
    torch.manual_seed(0)
    x, y = torch.rand(2, 1, 2, 12, 13, dtype=torch.float64) * 255
    assert gradcheck(lambda one: torch.mul(*arithmetic.similarity_factors(one, y)).mean(), x.requires_grad_())


def test_descending_its_gradient_brings_structure_back():
    torch.manual_seed(0)
    y = torch.rand(1, 1, 16, 16)
    x = (0.5 + 0.1 * torch.randn_like(y)).requires_grad_()
    before = float(SSIM()(x.detach(), y))
    optimizer = torch.optim.Adam([x], lr=0.05)
    for _ in range(60):
        optimizer.zero_grad()
        loss = SSIM()(x, y)
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.1 < 0.8 < before


def test_images_smaller_than_the_window_are_refused():
    x = torch.rand(1, 1, 11, 10)
    message = (
        r"^loss ssim: wants images of at least 11 pixels a side, got 10 x 11; "
        r"take a larger train\.patch or train\.pyramid=last$"
    )
    with pytest.raises(TrainingError, match=message):
        SSIM()(x, x)
