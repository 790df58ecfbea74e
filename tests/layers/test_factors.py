import pytest

from srkit.layers.factors import factors_of


def test_powers_of_two_are_reached_by_twos():
    assert [factors_of(scale) for scale in (2, 3, 4, 5, 6, 8)] == [[2], [3], [2, 2], [5], [6], [2, 2, 2]]
    with pytest.raises(ValueError, match=r"^scale must be 2 or more, got 1$"):
        factors_of(1)
