"""The estimator: its contract, its seed, what it refuses, and a kernel that it finds."""

import numpy as np
import pytest
import torch

from srkit.degrading.blur import blur
from srkit.degrading.compare import relative_error
from srkit.degrading.kernels import compose, gaussian, normalised
from srkit.draws import Draws
from srkit.errors import BuildError, SrkitError
from srkit.plugins import load_catalog
from srkit.testing import check_part

CATALOG = load_catalog()
RIVAL = {"use": "adversarial", "discriminator": {"use": "windows", "features": 4}, "gan": "absolute", "weight": 1.0}
LASTING = RIVAL | {"discriminator": "windows", "optimizer": {"use": "adam", "lr": 2e-4, "betas": [0.5, 0.999]}}
SMALL = {"steps": 2, "crop": 32, "border": 2, "features": 4, "regime": RIVAL}


def leaves(side, count, seed=0):
    """A picture (1,1,side,side) of discs of all sizes, each upon the earlier ones: it has edges at every scale."""
    random = np.random.default_rng(seed)
    y, x = np.indices((side, side))
    picture = np.full((side, side), 0.5)
    for _ in range(count):
        down, right, radius = *(side * random.random(2)), 3 / random.uniform(0.06, 1)
        picture[(y - down) ** 2 + (x - right) ** 2 < radius**2] = random.random()
    return torch.from_numpy(picture)[None, None].float()


def found(low, scale=2, seed=0, **options):
    torch.manual_seed(seed)
    return CATALOG.build("estimator", "kernelgan", scale, **SMALL | options)(low, Draws.of([("a test", seed)]))


def test_it_keeps_the_contract_of_an_estimator():
    check_part(CATALOG["estimator"]["kernelgan"], CATALOG, **SMALL)


def test_the_default_options_are_those_of_the_paper():
    built = CATALOG.build("estimator", "kernelgan", 2)
    assert (built.steps, built.crop, built.features, built.largest, built.least) == (3000, 64, 64, 40, 84)


def test_a_kernel_depends_on_the_seed_and_on_the_image():
    low = leaves(48, 60)
    kernel = found(low)
    assert torch.equal(kernel, found(low))
    assert not torch.equal(kernel, found(low, seed=1))
    assert not torch.equal(kernel, found(low.flip(-1)))


def test_it_lies_where_sr_does_not_move_the_image_and_has_no_negative_values():
    kernel = found(leaves(48, 60), steps=4)[0]
    assert kernel.shape == (13, 13)
    assert kernel.min() >= 0
    places = torch.arange(13.0, dtype=torch.float64)
    assert float(kernel.sum(0) @ places) == pytest.approx(6.5, abs=1e-4)
    assert float(kernel.sum(1) @ places) == pytest.approx(6.5, abs=1e-4)


def test_the_kernel_of_x4_is_that_of_x2_applied_twice():
    low = leaves(48, 60)
    twice = torch.from_numpy(compose(found(low).numpy(), 2))
    assert twice.shape == (1, 37, 37)
    torch.testing.assert_close(found(low, scale=4), twice)


@pytest.mark.parametrize("scale", [1, 3, 8])
def test_other_scales_are_refused(scale):
    with pytest.raises(BuildError, match=f"scale must be 2 or 4, got {scale}"):
        CATALOG.build("estimator", "kernelgan", scale)


def test_an_image_of_one_colour_is_refused():
    with pytest.raises(SrkitError, match="wants an image with edges, found one colour"):
        found(torch.full((1, 3, 40, 40), 0.3))


def test_a_first_kernel_that_is_too_large_is_refused(tmp_path):
    np.save(tmp_path / "k.npy", np.ones((15, 15)))
    with pytest.raises(SrkitError, match="start: wants a kernel of 13 pixels or less, found 15"):
        found(leaves(48, 60), start={"use": "stored", "file": str(tmp_path / "k.npy")})


@pytest.mark.slow
def test_it_finds_the_kernel_that_made_an_image():
    true = torch.from_numpy(normalised(gaussian(np.array([[3.0, 1.0]]), np.array([0.6]), 13, 6.5)))
    low = blur(leaves(320, 4000), true, 2)
    kernel = found(low, steps=500, crop=64, border=0, features=32, regime=LASTING)[0]
    bicubic = CATALOG.build("estimator", "bicubic", 2)(low, None)[0]
    assert relative_error(kernel, true[0]) < 0.35 * relative_error(bicubic, true[0])
