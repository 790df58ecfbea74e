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
