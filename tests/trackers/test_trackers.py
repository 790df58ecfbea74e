import signal
import subprocess
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from srkit.trackers.csv import Csv
from srkit.trackers.tensorboard import Tensorboard


def play(tracker, steps):
    for step in steps:
        tracker.record(step, {"train/loss": step / 2})
    tracker.close()


def test_csv_takes_back_what_a_resumed_run_does_again(tmp_path):
    play(Csv(tmp_path), [1, 2, 3, 4])
    play(Csv(tmp_path), [3, 4, 5])
    rows = (tmp_path / "records.csv").read_text().splitlines()
    assert rows == ["step,name,value", *(f"{step},train/loss,{step / 2}" for step in (1, 2, 3, 4, 5))]


def test_tensorboard_takes_back_what_a_resumed_run_does_again(tmp_path):
    play(Tensorboard(tmp_path), [1, 2, 3, 4])
    play(Tensorboard(tmp_path), [3, 4, 5])
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [event.step for event in events.Scalars("train/loss")] == [1, 2, 3, 4, 5]


def test_nothing_recorded_leaves_nothing(tmp_path):
    Tensorboard(tmp_path).close()
    assert list(tmp_path.iterdir()) == []


def test_csv_forgets_a_torn_row(tmp_path):
    play(Csv(tmp_path), [44, 45])
    text = (tmp_path / "records.csv").read_text()
    (tmp_path / "records.csv").write_text(text + "4")  # the begin of "46,train/loss,23.0"
    play(Csv(tmp_path), [46])
    rows = (tmp_path / "records.csv").read_text().splitlines()
    assert rows[1:] == ["44,train/loss,22.0", "45,train/loss,22.5", "46,train/loss,23.0"]


KILLED = """
import os, signal, sys
from pathlib import Path
from srkit.trackers.csv import Csv
from srkit.trackers.tensorboard import Tensorboard
for tracker in (Csv(Path(sys.argv[1])), Tensorboard(Path(sys.argv[1]))):
    for step in (1, 2, 3):
        tracker.record(step, {"train/loss": step / 2})
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_recorded_survives_a_kill(tmp_path):
    """A run resumes from its checkpoint, and does not record the steps before it again."""
    assert subprocess.run([sys.executable, "-c", KILLED, tmp_path]).returncode == -signal.SIGKILL
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [event.step for event in events.Scalars("train/loss")] == [1, 2, 3]
    assert len((tmp_path / "records.csv").read_text().splitlines()) == 4
