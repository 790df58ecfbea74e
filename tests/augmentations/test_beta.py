import math

import pytest
from scipy.stats import beta as exact
from scipy.stats import kstest

from srkit.augmentations.beta import beta
from srkit.draws import Draws


@pytest.mark.parametrize("alpha", [0.2, 0.5, 1.0, 1.2, 8.0])
def test_it_has_the_distribution_of_scipy(alpha):
    found = beta(Draws.numbered(range(60_000), "test"), alpha).numpy()
    assert kstest(found, exact(alpha, alpha).cdf).statistic < 1.63 / math.sqrt(len(found))  # of 1 % of samples


def test_a_row_depends_on_its_own_identity():
    numbers = [3, 8, 5]
    together = beta(Draws.numbered(numbers, "test"), 0.4)
    alone = [float(beta(Draws.numbered([number], "test"), 0.4)) for number in numbers]
    assert together.tolist() == alone


def test_a_small_alpha_gives_one_end_or_the_other():
    found = beta(Draws.numbered(range(1000), "test"), 0.001)
    assert found.isfinite().all()
    assert float(((found < 0.01) | (found > 0.99)).double().mean()) > 0.98
    assert float((found > 0.5).double().mean()) == pytest.approx(0.5, abs=0.05)
