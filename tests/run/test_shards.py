"""A training on shards is the training on the folder that they were packed from, to the last bit."""

import os
import tarfile

import numpy as np
import pytest
import torch

from srkit.engine.checkpoint import load_training
from srkit.image.files import write
from srkit.run import train

COUNT = 10


class Killed(BaseException):
    """Stands for SIGKILL: srkit does not catch it."""


EPOCHS = (
    "train={steps: null, epochs: 2, crops_per_image: 1, batch: 4, patch: 16, validate_every: 3}",
    "train.checkpoint_every=2",
)


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A folder of images, and the same ones in three shards, in another order."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    random = np.random.default_rng(0)
    folder, packed = tmp_path / "images", tmp_path / "packed"
    folder.mkdir()
    packed.mkdir()
    order = random.permutation(COUNT)
    for number in range(COUNT):
        write(folder / f"{number}.png", random.integers(0, 256, (24 + number, 32, 3), dtype=np.uint8))
    for shard in range(3):
        with tarfile.open(packed / f"{shard}.tar", "w") as opened:
            for number in order[shard::3]:
                opened.add(folder / f"{number}.png", f"{number}.png")
        os.utime(packed / f"{shard}.tar", (1e9, 1e9))
    return {
        "folder": (f"data.train={{use: folder, path: {folder}}}", "train.workers=2"),
        "shards": (f"data.train={{use: shards, path: {packed}}}", "train.workers=1"),
    }


def weights(run):
    return load_training(run[-1].last)["state"]["model"]


def test_two_epochs_equal_those_of_the_folder_though_one_run_is_killed(prepare, reopen, places):
    folder, shards, killed = (
        prepare(name, *places[use], *EPOCHS)
        for name, use in (("folder", "folder"), ("shards", "shards"), ("killed", "shards"))
    )
    lines = list(train(*folder))
    assert sum(record.event == "train" for record in lines) == 2 * COUNT // 4
    list(train(*shards))
    records = train(*killed)
    next(record for record in records if record.event == "train" and record.step == 3)
    with pytest.raises(Killed):
        records.throw(Killed)
    assert load_training(killed[-1].last)["state"]["step"] == 2
    list(train(*reopen(killed[-1])))
    for run in (shards, killed):
        assert all(torch.equal(one, weights(run)[name]) for name, one in weights(folder).items())
