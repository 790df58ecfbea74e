"""A run resumes with its own images, wherever they are, and refuses others by name."""

import os
import shutil
from functools import partial

import cv2
import numpy as np
import pytest

from srkit.datasets.folder import folder as open_folder
from srkit.datasets.pairs import pairs as open_pairs
from srkit.datasets.patches import Patches
from srkit.errors import RunError
from srkit.run import train
from srkit.run.image_digest import image_digest


@pytest.fixture
def images(tmp_path):
    path, generator = tmp_path / "images", np.random.default_rng(0)
    path.mkdir()
    for number in range(9):
        cv2.imwrite(str(path / f"{number}.png"), generator.integers(0, 256, (32, 40, 3), dtype=np.uint8))
    return path


def digest(path):
    return image_digest(open_folder(path=path))


def repaint(file):
    pixels = cv2.imread(str(file))
    pixels[0, 0] ^= 1
    cv2.imwrite(str(file), pixels)


@pytest.mark.parametrize("number", range(9))
def test_every_image_counts_to_the_last_pixel(images, number):
    before = digest(images)
    repaint(images / f"{number}.png")
    assert digest(images) != before


def test_a_copy_has_the_same_digest_and_other_images_have_another(images, tmp_path):
    before = digest(images)
    copy = shutil.copytree(images, tmp_path / "copy")
    os.utime(copy / "0.png", (1, 1))
    assert digest(copy) == before
    found = {before}
    (copy / "1.png").rename(copy / "one.png")
    found.add(digest(copy))
    (copy / "one.png").unlink()
    found.add(digest(copy))
    cv2.imwrite(str(copy / "1.png"), np.zeros((40, 32, 3), np.uint8))
    found.add(digest(copy))
    assert len(found) == 4


def test_the_lr_images_of_pairs_count_too(images, tmp_path):
    low = tmp_path / "low"
    low.mkdir()
    for number in range(9):
        cv2.imwrite(str(low / f"{number}.png"), np.full((16, 20, 3), number, np.uint8))
    before = image_digest(open_pairs(high=images, low=low))
    repaint(low / "3.png")
    assert image_digest(open_pairs(high=images, low=low)) != before


def test_patches_are_known_by_their_images_and_places(images):
    cut = partial(Patches, of=partial(open_folder, path=images), size=16, count=2)
    before = image_digest(cut(seed=0))
    assert image_digest(cut(seed=0)) == before != image_digest(cut(seed=1))
    os.utime(images / "3.png", (1, 1))
    assert image_digest(cut(seed=0)) == before
    repaint(images / "3.png")
    assert image_digest(cut(seed=0)) != before


class Decoded:
    """Images of a plugin, without a ``digest`` of their own."""

    def __init__(self, scale=None):
        self.scale, self.names, self.read = scale, ["a", "b"], 0
        self.value, self.low_value = 7, 7

    def __len__(self):
        return 2

    def high(self, index):
        self.read += 1
        return np.full((8, 8, 3), self.value if index else 0, np.uint8)

    def low(self, index):
        return np.full((4, 4, 3), self.low_value if index else 0, np.uint8)

    def size(self, _):
        return 8, 8

    def key(self, index):
        return f"{index} {self.value}"


def test_images_of_a_plugin_are_known_by_their_pixels():
    images = Decoded(2)
    found = [image_digest(images)]
    images.value = 8
    found.append(image_digest(images))
    images.low_value = 8
    found.append(image_digest(images))
    assert len(set(found)) == 3


def test_the_digest_of_a_set_that_is_slow_to_read_is_kept(tmp_path, monkeypatch):
    images = Decoded()
    first = image_digest(images, tmp_path)
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr("srkit.run.image_digest.SLOW", -1)
    assert image_digest(images, tmp_path) == first
    assert images.read == 4
    assert image_digest(images, tmp_path) == first
    assert images.read == 4  # found again
    (kept,) = (tmp_path / "digests").iterdir()
    kept.write_text("damaged")
    assert image_digest(images, tmp_path) == first
    images.value = 8  # and so another key
    assert image_digest(images, tmp_path) != first
    (tmp_path / "file").touch()
    assert image_digest(images, tmp_path / "file") == image_digest(images, tmp_path)  # a folder that cannot be


def test_a_run_refuses_to_go_on_with_other_images(prepare, reopen, images):
    options = f"data.train={{use: folder, path: {images}}}", "train.patch=16", "train.batch=2"
    run = prepare("run", *options)
    records = train(*run)
    next(record for record in records if record.event == "train")
    records.close()
    shutil.copy(images / "1.png", images / "0.png")
    with pytest.raises(RunError, match=r"data\.train: has other images than at the start of the run"):
        list(train(*reopen(run[-1])))
