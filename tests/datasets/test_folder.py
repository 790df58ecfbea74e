from itertools import chain

import pytest

from srkit.datasets.folder import folder
from srkit.errors import DataError, ImageError

NAMES = [f"{index:02}.png" for index in range(20)]


def test_every_image_is_in_exactly_one_split(fill):
    path = fill("all", NAMES)
    splits = {split: folder(path=path, split=split).names for split in ("train", "validate", "test")}
    assert {split: len(names) for split, names in splits.items()} == {"train": 16, "validate": 3, "test": 1}
    assert sorted(chain(*splits.values())) == list(folder(path=path).names)
    assert folder(path=path, split="train", split_seed=1).names != splits["train"]


def test_small_folders_give_every_split_an_image(fill):
    path = fill("few", NAMES[:3])
    assert all(len(folder(path=path, split=split)) == 1 for split in ("train", "validate", "test"))
    with pytest.raises(DataError, match="wants at least 3 images for 3 splits, found 2"):
        folder(path=fill("fewer", NAMES[:2]), split="train")


def test_a_split_without_a_share_is_an_error(fill):
    with pytest.raises(DataError, match=r"wants images to test, but its share of \[1, 1, 0\] is none"):
        folder(path=fill("all", NAMES), split="test", shares=[1, 1, 0])
    with pytest.raises(ValueError, match="shares must be three numbers"):
        folder(path=fill("all", NAMES), split="test", shares=[1, 1])


def test_bad_files_are_found_before_anything_is_decoded(fill):
    path = fill("all", NAMES[:2])
    (path / "empty.png").touch()
    with pytest.raises(ImageError, match=r"empty\.png: wants an image, found an empty file"):
        folder(path=path)


def test_names_are_unique_and_the_key_follows_the_content(fill):
    path = fill("all", ["a.png", "a.bmp", "b.png"])
    images = folder(path=path)
    assert images.names == ["a.bmp", "a.png", "b"]
    assert images.scale is None
    before = images.key(2)
    fill("all", ["b.png"], size=(8, 8))
    assert images.key(2) != before
