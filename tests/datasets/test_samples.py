import csv
import subprocess
import sys

import numpy as np
import pytest

from srkit.datasets.samples import PHOTOGRAPHS, samples
from srkit.image.files import read

SPLITS = ("train", "validate", "test")


def test_there_are_enough_and_none_is_in_two_splits():
    parts = {split: samples(split=split) for split in SPLITS}
    assert len(parts["train"]) >= 12
    assert len(parts["validate"]) >= 3
    assert len(parts["test"]) >= 5
    assert sum(map(len, parts.values())) == len(samples())
    assert samples().scale is None


def test_every_photograph_has_author_licence_and_source():
    with open(PHOTOGRAPHS / "LICENCES.csv", newline="", encoding="utf-8") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    files = {path.relative_to(PHOTOGRAPHS).as_posix() for path in samples().high_files}
    assert rows.keys() == files
    originals = [row["source"].partition(" of ")[0] for row in rows.values()]
    assert len(set(originals)) == len(originals)
    for row in rows.values():
        assert all(row.values())
        assert row["licence"].startswith(("CC0", "CC-BY-4.0", "Public domain"))
        assert "see " not in row["author"]
        shrunk = float(row["changes"].split()[1]) if row["changes"] != "none" else 1
        assert shrunk >= 2 or not row["source"].partition(" of ")[0].endswith(".jpg")


def test_they_fit_into_the_package():
    assert sum(path.stat().st_size for path in PHOTOGRAPHS.rglob("*") if path.is_file()) <= 8_000_000
    images = samples()
    assert min(min(images.size(index)) for index in range(len(images))) >= 200


def test_none_is_stored_with_loss():
    for path in samples().high_files:
        assert path.suffix == ".png" or path.read_bytes()[12:16] == b"VP8L"


@pytest.mark.slow
def test_they_can_be_made_again(shared_data, tmp_path):
    """The script makes them from the originals; pixels are compared, since encoders change."""
    (tmp_path / "make.py").write_bytes((PHOTOGRAPHS / "make.py").read_bytes())
    subprocess.run([sys.executable, tmp_path / "make.py", shared_data / "free_photos"], check=True)
    for path in samples().high_files:
        assert np.array_equal(read(path), read(tmp_path / path.relative_to(PHOTOGRAPHS)))
    assert (tmp_path / "LICENCES.csv").read_bytes() == (PHOTOGRAPHS / "LICENCES.csv").read_bytes()
