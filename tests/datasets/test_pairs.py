import pytest

from srkit.data.originals import original
from srkit.datasets.folder import folder
from srkit.datasets.pairs import pairs
from srkit.datasets.patches import Patches
from srkit.errors import DataError


def test_pairs_are_found_by_name_whatever_their_ending(fill):
    high = fill("high", ["a.png", "b_HR.png", "c.png"], (16, 24))
    low = fill("low", ["ax4.png", "b_LRx4.png", "c.webp"], (4, 6))
    found = pairs(high=high, low=low)
    assert found.names == ["a", "b_HR", "c"]
    assert found.scale == 4
    assert [path.name for path in found.low_files] == ["ax4.png", "b_LRx4.png", "c.webp"]
    assert found.low(0).shape == (4, 6, 3)
    assert found.size(0) == (16, 24)


def test_lr_may_be_rounded_down_or_up(fill):
    high = fill("high", ["a.png", "b.png"], (17, 23))
    low = fill("low", ["a.png"], (4, 5))
    fill("low", ["b.png"], (5, 6))
    assert pairs(high=high, low=low).scale == 4


def test_the_key_follows_both_files(fill):
    high, low = fill("high", ["a.png"], (16, 24)), fill("low", ["a.png"], (4, 6))
    found = pairs(high=high, low=low)
    before = found.key(0)
    fill("low", ["a.png"], (8, 12))
    assert found.key(0) != before


def test_hr_is_known_again_whatever_came_with_it(fill):
    high, low = fill("high", ["a.png"], (16, 24)), fill("low", ["a.png"], (4, 6))
    alone, paired = folder(path=high), pairs(high=high, low=low)
    assert original(paired, 0) == original(alone, 0)
    assert original(Patches(of=lambda: paired, size=8, count=2), 1) == original(alone, 0)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ((4, 5), "wants LR of 6 x 4 (x4, as the first pair) for {high}/b.png (24 x 16), found 5 x 4"),
        ((8, 12), "wants LR of 6 x 4 (x4, as the first pair) for {high}/b.png (24 x 16), found 12 x 8"),
    ],
)
def test_sizes_that_do_not_fit_are_named(fill, size, message):
    high, low = fill("high", ["a.png", "b.png"], (16, 24)), fill("low", ["a.png"], (4, 6))
    fill("low", ["b.png"], size)
    with pytest.raises(DataError) as caught:
        pairs(high=high, low=low)
    assert str(caught.value) == f"{low}/b.png: {message.format(high=high)}"


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ((11, 6), "found 6 x 11"),
        ((160, 240), "found 240 x 160; are high and low the wrong way round?"),
    ],
)
def test_a_scale_that_is_no_whole_number_is_refused(fill, size, message):
    high, low = fill("high", ["a.png"], (16, 24)), fill("low", ["a.png"], size)
    with pytest.raises(DataError) as caught:
        pairs(high=high, low=low)
    assert str(caught.value) == f"{low}/a.png: wants LR of a whole scale for {high}/a.png (24 x 16), {message}"


def test_missing_partners_are_named(fill):
    high, low = fill("high", ["a.png", "b.png"]), fill("low", ["b.png", "c.png"])
    with pytest.raises(DataError) as caught:
        pairs(high=high, low=low)
    assert str(caught.value).splitlines() == [
        f"{high}/a.png: has no partner in {low}",
        f"{low}/c.png: has no partner in {high}",
    ]


def test_pairs_are_split_like_a_folder(fill):
    names = [f"{index:02}.png" for index in range(20)]
    high, low = fill("high", names, (8, 8)), fill("low", names, (4, 4))
    parts = [pairs(high=high, low=low, split=split) for split in ("train", "validate", "test")]
    assert [len(part) for part in parts] == [16, 3, 1]
    for part in parts:
        assert [path.name for path in part.high_files] == [path.name for path in part.low_files]


def test_a_real_set_is_split_by_image(shared_data):
    folder = shared_data / "div2krk"
    found = [
        pairs(high=folder / "gt", low=folder / "lr_x4", split=split) for split in ("train", "validate", "test")
    ]
    assert [len(one) for one in found] == [16, 3, 1]
    assert {one.scale for one in found} == {4}
