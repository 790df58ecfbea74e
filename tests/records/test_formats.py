"""Every format is read back as it was written, and its files have the documented names."""

import math
import re

import numpy as np
import pytest

from srkit.errors import RunError
from srkit.records.environment import Environment
from srkit.records.estimate import EstimateFile
from srkit.records.folders import LONGEST_TEST_NAME, RunFiles, StudyFiles, folder_of_test
from srkit.records.kernels import read_kernels, write_kernels
from srkit.records.scores import ScoreRow
from srkit.records.study import ArmEntry, BlockEntry, StudyIndex, TrialEntry
from srkit.records.summary import Summary
from srkit.records.trial import Cost, MeasureRow, TrialOrders, read_problem, read_protocol, write_protocol

ARM = ArmEntry("a", {"model.depth": 2}, (TrialEntry(0, "0a"), TrialEntry(1, "1b")), 100)
OBJECTS = [
    Environment(srkit="1", plugins={"sharpen": "2"}, cores=2, seed=0, command=("srkit", "run")),
    Summary("n", "lapsrn", 2, "y", 3, 1.5, 100, {"psnr": {"border": 2}}, 3, 5, scores={"psnr": math.inf}),
    Cost(100, 10**9, 0.5, None),
    EstimateFile("a.png", (3, 2), 2, {"use": "bicubic"}, 0, 9, (0.5, 0.5), (1.0, 0.5), 90.0, 0.5),
    TrialOrders(("M1", "M4"), 100, ("clean",)),
    StudyIndex("t", "q", "c", "steps", (0, 1), True, ("clean",), (BlockEntry("x2", "a", (ARM,)),), "n"),
]


@pytest.mark.parametrize("record", OBJECTS, ids=lambda record: type(record).__name__)
def test_an_object_comes_back(record, tmp_path):
    record.write(tmp_path / "a.json")
    assert type(record).read(tmp_path / "a.json") == record


@pytest.mark.parametrize("row", [ScoreRow("srkit", "a", "psnr", math.inf), MeasureRow(3, "M1", 0.5)])
def test_a_row_comes_back(row, tmp_path):
    type(row).write_all(tmp_path / "a.jsonl", [row, row])
    assert list(type(row).read_all(tmp_path / "a.jsonl")) == [row, row]


def test_a_protocol_comes_back(tmp_path):
    write_protocol(tmp_path / "a.json", {"psnr": {"border": 2}})
    assert read_protocol(tmp_path / "a.json") == {"psnr": {"border": 2}}


def test_a_problem_is_the_first_line_of_an_error(tmp_path):
    (tmp_path / "error.txt").write_text("step 3: the loss is nan\n\nTraceback")
    assert read_problem(tmp_path / "error.txt") == "step 3: the loss is nan"
    assert read_problem(tmp_path / "none.txt") is None


def test_kernels_come_back_whatever_their_images_are_called(tmp_path):
    kernels = {name: np.full((3, 3), index / 9) for index, name in enumerate(("names", "kernel_0", "file", "a b"))}
    write_kernels(tmp_path / "kernels.npz", kernels)
    found = read_kernels(tmp_path / "kernels.npz")
    assert list(found) == list(kernels)
    assert all((found[name] == kernel).all() for name, kernel in kernels.items())
    assert read_kernels(tmp_path / "none.npz") == {}


@pytest.mark.parametrize("damage", [b"", b"no", "other arrays"])
def test_damaged_kernels_are_named(tmp_path, damage):
    path = tmp_path / "kernels.npz"
    if isinstance(damage, bytes):
        path.write_bytes(damage)
    else:
        np.savez(path, edges=np.eye(5))
    with pytest.raises(
        RunError, match=f"^{re.escape(str(path))}: wants kernels and their names, but it is damaged"
    ):
        read_kernels(path)


def test_files_have_the_names_that_the_documentation_gives(tmp_path):
    trial = StudyFiles(tmp_path).trial("0a")
    assert [path.relative_to(tmp_path).as_posix() for path in (*trial.finished, trial.picture("a", "hr"))] == [
        "0a/config.yaml",
        "0a/environment.json",
        "0a/log.jsonl",
        "0a/scores.jsonl",
        "0a/summary.json",
        "0a/pictures/a/hr.png",
    ]
    assert trial.test("clean").scores == tmp_path / "0a" / "tests" / "clean" / "scores.jsonl"
    assert RunFiles(tmp_path).kernels == tmp_path / "pictures" / "kernels.npz"


def test_the_folder_of_a_test_never_leads_elsewhere_nor_is_shared():
    assert folder_of_test("clean bicubic") == "clean bicubic"
    names = ["../x", "x", "a/b", "a-b", "..", "", "z" * 100, "z" * 101]
    folders = [folder_of_test(name) for name in names]
    assert len(set(folders)) == len(names)
    assert not any("/" in folder or folder.startswith(".") for folder in folders)
    assert max(map(len, folders)) <= LONGEST_TEST_NAME + len("-abcdef")
