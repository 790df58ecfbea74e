import pytest
import torch

from srkit.degrading.ranges import chosen, shares_of, span_of, stretched


def test_a_range_of_one_value_gives_that_value(draws):
    assert stretched(draws(3).uniform(), (2.5, 2.5)).tolist() == [2.5] * 3


@pytest.mark.parametrize(
    "given", [[], [1.0], [2.0, 1.0], [1.0, 2.0, 3.0], [0.0, float("nan")], [0.0, float("inf")]]
)
def test_refuses_what_is_no_range(given):
    with pytest.raises(ValueError, match=r"sigma_range must be \[low, high\] with low <= high, got \["):
        span_of("sigma_range", given)


@pytest.mark.parametrize("given", [[1.0], [1.0, -1.0], [0.0, 0.0], [1.0, float("inf")], [1e308, 1e308]])
def test_shares_are_one_number_each(given):
    message = "shares must be one number for each of 2 choices, none negative and not all 0, got"
    with pytest.raises(ValueError, match=message):
        shares_of(given, 2, "choices")


def test_shares_say_how_often(draws):
    counts = torch.bincount(chosen(shares_of([1, 0, 3, 0], 4, "choices"), draws(8000)), minlength=4) / 8000
    assert counts[1] == counts[3] == 0
    assert counts[0].item() == pytest.approx(0.25, abs=0.02)
