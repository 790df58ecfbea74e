import numpy as np
import pytest

from srkit.datasets.folder import folder
from srkit.datasets.pairs import pairs
from srkit.datasets.patches import Patches
from srkit.errors import DataError
from srkit.image.files import write


@pytest.fixture
def numbered(tmp_path):
    """Pairs of x2 whose every LR pixel says where it lies, and HR that repeats it."""
    for name in ("a", "b"):
        low = np.stack([*np.mgrid[:40, :30], np.full((40, 30), ord(name))], -1).astype(np.uint8)
        for kind, pixels in (("low", low), ("high", low.repeat(2, 0).repeat(2, 1))):
            (tmp_path / kind).mkdir(exist_ok=True)
            write(tmp_path / kind / f"{name}.png", pixels)
    return lambda: pairs(high=tmp_path / "high", low=tmp_path / "low")


def test_low_and_high_are_cut_at_the_same_place(numbered):
    patches = Patches(of=numbered, size=16, count=20)
    assert len(patches) == len(patches.names) == 40
    assert patches.scale == 2
    for index in (0, 7, 25, 39):
        low, high = patches.low(index), patches.high(index)
        assert high.shape == (*patches.size(index), 3) == (16, 16, 3)
        assert np.array_equal(high, low.repeat(2, 0).repeat(2, 1))
        assert chr(low[0, 0, 2]) == patches.names[index][0]


def test_a_patch_does_not_keep_its_photograph(numbered):
    patches = Patches(of=numbered, size=16)
    assert patches.high(0).base is None
    assert patches.names is patches.names


def test_where_they_lie_is_random_and_repeated(numbered):
    places = [Patches(of=numbered, size=16, seed=seed).corners for seed in (0, 0, 1)]
    assert places[0] == places[1] != places[2]
    tops, lefts = zip(*places[0][:100], strict=True)
    assert (min(tops), max(tops)) == (0, 64)
    assert (min(lefts), max(lefts)) == (0, 44)
    assert places[0][:100] != places[0][100:]


def test_a_set_without_low_has_its_high_cut(fill):
    path = fill("all", ["a.png"], size=(9, 11))
    patches = Patches(of=lambda: folder(path=path), size=7, count=3)
    assert patches.scale is None
    assert patches.high(2).shape == (7, 7, 3)
    assert len({patches.key(index) for index in range(3)} | {folder(path=path).key(0)}) == 4


def test_what_cannot_be_cut_is_refused(numbered, fill):
    with pytest.raises(ValueError, match="size must be a multiple of the scale 2, got 15"):
        Patches(of=numbered, size=15)
    with pytest.raises(ValueError, match="count: wants int of at least 1, got 0"):
        Patches(of=numbered, size=8, count=0)
    path = fill("small", ["s.png"], size=(16, 24))
    with pytest.raises(DataError, match=r"s: wants an image of at least 17 x 17 pixels"):
        Patches(of=lambda: folder(path=path), size=17)
