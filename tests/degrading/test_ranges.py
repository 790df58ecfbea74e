import pytest

from srkit.degradations.uniform import span_of, uniform


def test_stays_in_range(seeded):
    values = uniform(2000, (2.0, 3.0), seeded())
    assert 2 <= values.min() < 2.01
    assert 2.99 < values.max() <= 3


def test_a_range_of_one_value(seeded):
    assert uniform(3, (2.5, 2.5), seeded()).tolist() == [2.5] * 3


@pytest.mark.parametrize(
    "given", [[], [1.0], [2.0, 1.0], [1.0, 2.0, 3.0], [0.0, float("nan")], [0.0, float("inf")]]
)
def test_refuses_what_is_no_range(given):
    with pytest.raises(ValueError, match=r"sigma_range must be \[low, high\] with low <= high, got \["):
        span_of("sigma_range", given)


def test_refuses_what_is_too_low():
    with pytest.raises(ValueError, match=r"sigma_range must not go below 0, got \[-1, 2\]"):
        span_of("sigma_range", [-1, 2], least=0)
