"""A run resumes with its own images, wherever they are, and refuses others by name."""

import os
import shutil

import cv2
import numpy as np
import pytest

from srkit.datasets.folder import folder as open_folder
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


def test_a_copy_has_the_same_digest_and_other_images_have_another(images, tmp_path):
    before = digest(images)
    copy = shutil.copytree(images, tmp_path / "copy")
    os.utime(copy / "0.png", (1, 1))
    assert digest(copy) == before
    found = {before}
    cv2.imwrite(str(copy / "0.png"), np.zeros((32, 40, 3), np.uint8))
    found.add(digest(copy))
    shutil.copy(images / "0.png", copy / "0.png")
    (copy / "1.png").rename(copy / "one.png")
    found.add(digest(copy))
    (copy / "one.png").unlink()
    found.add(digest(copy))
    cv2.imwrite(str(copy / "1.png"), np.zeros((40, 32, 3), np.uint8))
    found.add(digest(copy))
    assert len(found) == 5


def test_a_run_refuses_to_go_on_with_other_images(prepare, reopen, images):
    options = f"data.train={{use: folder, path: {images}}}", "train.patch=16", "train.batch=2"
    run = prepare("run", *options)
    records = train(*run)
    next(record for record in records if record.event == "train")
    records.close()
    shutil.copy(images / "1.png", images / "0.png")
    with pytest.raises(RunError, match=r"data\.train: has other images than at the start of the run"):
        list(train(*reopen(run[-1])))
