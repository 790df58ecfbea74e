import math

import numpy as np
import pytest
import torch
from scipy import stats

from srkit.draws import BLOCK, Draws


def of(count, seed=0):
    return Draws.of(("crop", seed, number) for number in range(count))


KINDS = {
    "uniform": lambda draws, *shape: draws.uniform(*shape),
    "normal": lambda draws, *shape: draws.normal(*shape),
    "integers": lambda draws, *shape: draws.integers(-5, 1000, *shape),
}
kinds = pytest.mark.parametrize("draw", KINDS.values(), ids=KINDS)


@kinds
@pytest.mark.parametrize("shape", [(), (3,), (7, 5), (3, 41, 43)])
def test_a_row_is_the_same_alone_in_any_batch_and_in_any_place(draw, shape):
    whole = draw(of(16), *shape)
    assert whole.shape == (16, *shape)
    for size in (1, 2, 4, 5):
        for start in range(0, 16 - size, size):
            rows = slice(start, start + size)
            assert torch.equal(draw(of(16)[rows], *shape), whole[rows])
    assert torch.equal(draw(of(16)[[7, 3, 3]], *shape), whole[[7, 3, 3]])
    assert torch.equal(draw(Draws.of([("crop", 0, 9)]), *shape), whole[9:10])


@kinds
def test_every_seed_image_child_and_call_draws_its_own(draw):
    draws = of(3)
    drawn = [draw(draws, 4), draw(draws, 4), draw(draws.child("a"), 4), draw(draws.child("b"), 4)]
    drawn += [draw(of(3).child("a").child("b"), 4), draw(of(3).child("b").child("a"), 4), draw(of(3, seed=1), 4)]
    assert len({tuple(row.tolist()) for rows in drawn for row in rows}) == 3 * len(drawn)


@kinds
def test_a_longer_draw_begins_with_a_shorter_one(draw):
    assert torch.equal(draw(of(3), 2 * BLOCK + 3)[:, :7], draw(of(3), 7))


@kinds
def test_only_the_number_of_draws_before_counts(draw):
    draws, other = of(3), of(3)
    draws.uniform(100)
    other.normal()
    other.child("more").uniform(5)
    other[:2].uniform()
    assert torch.equal(draw(draws, 6), draw(other, 6))


def test_rows_go_on_where_the_batch_is():
    draws = of(4)
    draws.uniform(2)
    some = draws[1:3]
    wanted = draws.uniform(5)
    assert torch.equal(some.uniform(5), wanted[1:3])


def test_a_child_is_the_same_again_whenever_it_is_asked_for():
    draws = of(2)
    before = draws.child("noise").uniform(3)
    draws.uniform(9)
    assert torch.equal(draws.child("noise").uniform(3), before)


UNIFORM = [[0.9406091428097784, 0.30813245222493735], [0.1634068861165453, 0.9475705590589338]]
INTEGERS = [[279, 890, 546], [808, 407, 659]]
NORMAL = [[0.641451, -0.585681], [0.197357, 1.705852]]


def test_numbers_are_the_same_on_every_machine():
    """Golden values: if they change, every old run gets other kernels when it is resumed."""
    draws = Draws.of([("crop", 0, 0), ("crop", 0, 1)])
    assert draws.uniform(2).tolist() == UNIFORM
    assert draws.integers(0, 1000, 3).tolist() == INTEGERS
    torch.testing.assert_close(draws.child("noise").normal(2), torch.tensor(NORMAL))


def test_types():
    draws = of(2)
    assert (draws.uniform().dtype, draws.normal().dtype, draws.integers(0, 2).dtype) == (
        torch.float64,
        torch.float32,
        torch.int64,
    )
    assert draws.normal(0).shape == (2, 0)
    assert len(draws) == 2


def layouts(draw):
    """Equally many numbers along counters, rows, calls, and children."""
    by_call = of(100)
    return {
        "counters": draw(of(1), 100_000).numpy().ravel(),
        "rows": draw(of(100_000)).numpy(),
        "calls": np.concatenate([draw(by_call, 10).numpy().ravel() for _ in range(100)]),
        "children": np.concatenate([draw(of(100).child(str(number)), 10).numpy().ravel() for number in range(100)]),
        "rows of long draws": draw(of(10), 2 * BLOCK).numpy().T.ravel(),
    }


@pytest.mark.parametrize("layout", layouts(KINDS["uniform"]))
def test_uniform_numbers_are_uniform_and_neighbours_independent(layout):
    numbers = layouts(KINDS["uniform"])[layout]
    assert numbers.min() >= 0
    assert numbers.max() < 1
    assert stats.kstest(numbers, "uniform").pvalue > 0.001
    independent(numbers)


@pytest.mark.parametrize("layout", layouts(KINDS["normal"]))
def test_normal_numbers_are_normal_and_neighbours_independent(layout):
    numbers = layouts(KINDS["normal"])[layout].astype(np.float64)
    assert stats.kstest(numbers, "norm").pvalue > 0.001
    assert abs(stats.zscore(numbers)).max() > 3.5  # tails are there
    independent(stats.norm.cdf(numbers))


def independent(numbers):
    """No correlation of neighbours at several distances, and all cells of neighbouring pairs as often."""
    for distance in (1, 2, 3, 10):
        first, second = numbers[:-distance], numbers[distance:]
        # the correlation of n independent pairs has the deviation 1 / sqrt(n)
        assert abs(np.corrcoef(first, second)[0, 1]) < 4 / math.sqrt(len(first))
        assert abs(np.corrcoef(np.abs(first - 0.5), np.abs(second - 0.5))[0, 1]) < 4 / math.sqrt(len(first))
    pairs = numbers[: len(numbers) // 2 * 2].reshape(-1, 2)
    cells, _, _ = np.histogram2d(*pairs.T, bins=8, range=[[0, 1], [0, 1]])
    assert stats.chisquare(cells.ravel()).pvalue > 0.001


def test_bits_of_words_are_even():
    words = of(8)._words(20_000).ravel()
    for bit in range(64):
        ones = int(((words >> np.uint64(bit)) & np.uint64(1)).sum())
        assert abs(ones - 80_000) < 4.5 * math.sqrt(40_000)


def test_two_images_and_two_children_are_not_correlated():
    draws = of(2)
    rows, child = draws.normal(50_000), draws.child("a").normal(50_000)
    other = draws.child("b").normal(50_000)
    for first, second in ((rows[0], rows[1]), (rows[0], child[0]), (child[0], other[0])):
        assert abs(torch.corrcoef(torch.stack([first, second]))[0, 1]) < 4 / math.sqrt(50_000)


def test_integers_are_all_as_frequent():
    numbers = of(7000).integers(-3, 4, 10).numpy()
    values, counts = np.unique(numbers, return_counts=True)
    assert values.tolist() == [-3, -2, -1, 0, 1, 2, 3]
    assert stats.chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize(("low", "high"), [(0, 0), (3, 1), (0, 2**32 + 1)])
def test_integers_refuse_an_empty_or_too_long_range(low, high):
    with pytest.raises(ValueError, match=f"integers: wants low < high, .*, got low {low} and high {high}"):
        of(1).integers(low, high)


def test_numbered_draws_are_those_of_each_number():
    several, one = Draws.numbered([0, 7, 3], "crop", 5), Draws.numbered([7], "crop", 5)
    assert torch.equal(several.uniform(4)[1], one.uniform(4)[0])
    other = Draws.numbered([7], "crop", 6).uniform(4)
    assert not torch.equal(Draws.numbered([7], "crop", 5).uniform(4), other)
    assert len({row.tobytes() for row in Draws.numbered(range(1000), "crop", 5).uniform(2).numpy()}) == 1000
