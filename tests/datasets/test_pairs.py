import pytest

from srkit.datasets.pairs import pairs
from srkit.errors import DataError


def test_pairs_are_found_by_name_whatever_their_ending(fill):
    high = fill("high", ["a.png", "b_HR.png", "c.png"], (16, 24))
    low = fill("low", ["ax4.png", "b_LRx4.png", "c.png"], (4, 6))
    found = pairs(high=high, low=low)
    assert found.names == ["a", "b", "c"]
    assert found.scale == 4
    assert found.low(0).shape == (4, 6, 3)
    assert found.size(0) == (16, 24)


def test_missing_partners_are_named(fill):
    high, low = fill("high", ["a.png", "b.png"]), fill("low", ["b.png", "c.png"])
    with pytest.raises(DataError) as caught:
        pairs(high=high, low=low)
    assert str(caught.value).splitlines() == [
        f"{high}/a.png: has no partner in {low}",
        f"{low}/c.png: has no partner in {high}",
    ]


def test_sizes_that_do_not_fit_are_named(fill):
    high, low = fill("high", ["a.png", "b.png"], (16, 24)), fill("low", ["a.png"], (4, 6))
    fill("low", ["b.png"], (4, 5))
    with pytest.raises(DataError, match=r"low/b\.png: wants LR of 6 x 4 \(x4, as the first pair\) .*, found 5 x 4"):
        pairs(high=high, low=low)


def test_two_files_of_one_name_are_refused(fill):
    high = fill("high", ["a.png", "a_HR.png"])
    with pytest.raises(DataError, match="has the same name as"):
        pairs(high=high, low=high)


def test_a_real_set_is_split_by_image(shared_data):
    folder = shared_data / "div2krk"
    found = [
        pairs(high=folder / "gt", low=folder / "lr_x4", split=split) for split in ("train", "validate", "test")
    ]
    assert [len(one) for one in found] == [16, 3, 1]
    assert {one.scale for one in found} == {4}
