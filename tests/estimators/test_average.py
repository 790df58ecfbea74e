import pytest
import torch

from srkit.draws import Draws
from srkit.errors import BuildError


def test_it_is_the_mean_of_what_the_degradation_draws(catalog):
    made = catalog.build("degradation", "anisotropic_gaussian", 2)
    wanted = made.kernels(Draws.of(("average", number) for number in range(40))).mean(0)
    found = catalog.build("estimator", "average", 2, count=40)(None, None)
    torch.testing.assert_close(found[0], wanted)


def test_what_is_done_with_its_kernel_changes_no_later_one(catalog):
    built = catalog.build("estimator", "average", 2, count=2)
    built(None, None).zero_()
    assert float(built(None, None).sum()) == pytest.approx(1)


@pytest.mark.parametrize("degradation", ["bicubic", {"use": "chain", "stages": ["noise"]}])
def test_a_degradation_without_kernels_is_refused(catalog, degradation):
    with pytest.raises(BuildError, match=r"degradation must say the kernels .*; (bicubic|chain) says none"):
        catalog.build("estimator", "average", 2, degradation=degradation)
