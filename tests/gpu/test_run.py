"""The script behind `make gpu`, on a CPU."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gpu.report import TABLES, markdown
from gpu.run import MOST_BYTES, MOST_FILES, SHARES, _ends, bring_home
from gpu.section import Section

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_every_line_runs_on_a_cpu(tmp_path):
    command = [sys.executable, "-m", "gpu.run", "--rehearse", "--seconds", "290", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:]
    results = json.loads((tmp_path / "results.json").read_text("utf-8"))
    for share in SHARES:
        assert results[share.name]["finished"], share.name
    text = (tmp_path / "results.md").read_text("utf-8")
    for title, _, _, _ in TABLES:
        assert title in text
    files = [*tmp_path.iterdir()]
    assert len(files) <= MOST_FILES
    assert all(file.is_file() and file.stat().st_size <= MOST_BYTES for file in files)


def test_shares_leave_time_for_the_last_section():
    assert 530 - sum(share.seconds or 0 for share in SHARES) >= 90


def test_a_process_is_ended_with_its_children_when_its_time_is_over():
    program = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    process = subprocess.Popen([sys.executable, "-c", program], start_new_session=True)
    began = time.time()
    assert not _ends(process, began + 0.5)
    assert process.returncode is not None
    assert time.time() - began < 10


def test_results_are_written_as_they_come(tmp_path):
    section = Section("x", tmp_path, time.time() + 5, rehearse=True)
    section.row("steps", ms=1.5)
    section.attempt("one thing", lambda: 1 / 0)
    section.attempt("another", lambda: None, seconds=100)
    found = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert found["steps"] == [{"ms": 1.5}]
    assert found["failed"] == [{"what": "one thing", "why": "ZeroDivisionError: division by zero"}]
    assert found["left_out"][0]["what"] == "another"


def test_the_report_shows_what_there_is():
    step = {"network": "LapSRN x4", "batch": 64, "patch": 128, "how": "srkit, eager", "step_ms": 9.876}
    text = markdown({"training": {"finished": False, "killed": True, "steps": [step]}, "seconds": 530})
    assert "| LapSRN x4 | 64 | 128 | srkit, eager | 9.88 |" in text
    assert "- training: was killed when its time was over" in text


def test_no_more_and_no_larger_files_are_brought_home_than_allowed(tmp_path):
    keep, out, said = tmp_path / "work" / "a" / "keep", tmp_path / "out", []
    keep.mkdir(parents=True)
    out.mkdir()
    for number in range(10):
        (keep / f"{number}.txt").write_text("x")
    (keep / "large.bin").write_bytes(bytes(MOST_BYTES + 1))
    bring_home(tmp_path / "work", out, said.append)
    assert len([*out.iterdir()]) == MOST_FILES
    assert any("large.bin" in line for line in said)
