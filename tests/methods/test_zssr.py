import pytest
import torch

from srkit.draws import Draws
from srkit.errors import BuildError
from srkit.image.resize import resize

SMALL = {
    "model": {"use": "lapsrn", "depth": 2, "features": 16},
    "optimizer": {"use": "adam", "lr": 0.01},
    "batch": 4,
    "crop": 32,
}


def learnt(catalog, low, **options):
    torch.manual_seed(0)
    return catalog.build("method", "zssr", 2, **SMALL | options)(low, Draws.of([("a test",)]))


def checks(size):
    """A chessboard (1,1,H,W) whose squares of 8 pixels recur at half the size."""
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size + 8), indexing="ij")
    coarse, fine = ((y // side + x // side) % 2 for side in (8, 4))
    return torch.where(x < size // 2, coarse, fine)[None, None] * 0.6 + 0.2


def test_it_learns_from_the_image_what_bicubic_does_not_know(catalog):
    high = checks(64)
    low = resize(high, 1 / 2)
    before, after = ((made - high).square().mean() for made in (resize(low, 2), learnt(catalog, low, steps=400)))
    assert after < 0.4 * before


def test_its_crops_come_from_the_draws(catalog):
    low = resize(checks(64), 1 / 2)
    torch.manual_seed(0)
    other = catalog.build("method", "zssr", 2, **SMALL, steps=2)(low, Draws.of([("another",)]))
    assert not torch.equal(other, learnt(catalog, low, steps=2))


def test_its_pairs_are_made_by_the_kernel_of_the_estimator(catalog):
    low = resize(checks(64), 1 / 2)
    average = learnt(catalog, low, steps=2, estimator={"use": "average", "count": 2})
    assert not torch.equal(average, learnt(catalog, low, steps=2))


def test_a_small_image_is_one_crop_and_keeps_its_format(catalog):
    low = torch.rand(1, 1, 9, 12, dtype=torch.float64)
    high = learnt(catalog, low, steps=1)
    assert (high.shape, high.dtype) == ((1, 1, 18, 24), torch.float64)


def test_a_scale_that_its_model_refuses_is_refused_before_an_image_comes(catalog):
    with pytest.raises(BuildError, match="lapsrn"):
        catalog.build("method", "zssr", 3)
