import pytest
import torch

from srkit.degrading.blur import blur
from srkit.draws import Draws
from srkit.image.resize import resize
from srkit.metrics.psnr import PSNR


def draws():
    return Draws.of([("a test",)])


def picture(scale):
    """HR (1,3,H,W) with edges in all directions, none of which is a straight line of pixels."""
    y, x = torch.meshgrid(torch.arange(24.0 * scale), torch.arange(20.0 * scale), indexing="ij")
    waves = [torch.sin(0.9 / scale * (a * x + b * y)) for a, b in ((1, 0.3), (0.5, -0.8), (-0.2, 1))]
    return ((torch.stack(waves).sign() + 1) / 2 * 0.8 + 0.1)[None]


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_it_improves_on_bicubic_where_the_image_was_shrunk_by_bicubic(catalog, scale):
    high = picture(scale)
    low = resize(high, 1 / scale)
    method = catalog.build("method", "back_projection", scale)
    psnr = PSNR(scale, color="rgb", quantise=False)
    gain = float(psnr(method(low, draws()).clamp(0, 1), high)) - float(psnr(resize(low, scale).clamp(0, 1), high))
    assert gain > 0.5


def test_every_step_comes_closer_to_an_image_that_shrinks_to_the_one_at_hand(catalog):
    low = resize(picture(2), 1 / 2)

    def left(steps):
        high = catalog.build("method", "back_projection", 2, steps=steps)(low, draws())
        return float((resize(high, 1 / 2) - low).square().mean())

    errors = [left(steps) for steps in (0, 1, 5, 20)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0] / 50


def test_no_steps_are_bicubic(catalog):
    low = torch.rand(1, 1, 9, 8)
    assert torch.equal(catalog.build("method", "back_projection", 3, steps=0)(low, draws()), resize(low, 3))


def test_the_kernel_is_that_of_the_estimator(catalog):
    wide = {"use": "anisotropic_gaussian", "lambda_range": [3, 3.1]}
    high = picture(2)
    kernel = catalog.build("estimator", "average", 2, degradation=wide)(high, draws())
    low = blur(high, kernel, 2)
    errors = [
        float((catalog.build("method", "back_projection", 2, estimator=one)(low, draws()) - high).square().mean())
        for one in ({"use": "average", "degradation": wide}, "bicubic")
    ]
    assert errors[0] < 0.8 * errors[1]
