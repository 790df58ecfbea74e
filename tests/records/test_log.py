import math

import pytest

from srkit.errors import RunError
from srkit.records.log import Record, last_record, planned_steps, read_log, whole_records

RECORDS = [
    Record("plan", 0, {"steps": 20, "crops": 80}),
    Record("train", 10, {"loss": 0.5, "loss.pixel": 0.25, "lr": 1e-3}),
    Record("validate", 10, {"psnr": math.inf, "best": 1.0}),
    Record("stop", 10, {"reason": "inf"}),
]


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text("".join(record.to_line() + "\n" for record in RECORDS) + '{"event": "tra')
    return path


def test_a_log_is_read_up_to_its_tear(log):
    found = read_log(log)
    assert [(record.event, record.step) for record in found] == [(one.event, one.step) for one in RECORDS]
    assert found[2].number("psnr") == math.inf
    assert found[3].values["reason"] == "inf"
    assert whole_records(log) == found


def test_numbers_are_told_from_text():
    record = Record("train", 1, {"loss": 0.5, "steps": 3, "psnr": "inf", "reason": "late", "odd": True})
    assert record.numbers() == {"loss": 0.5, "steps": 3.0, "psnr": math.inf}


def test_a_line_that_is_no_record_is_named(log):
    log.write_text('{"event": "plan", "step": 0}\n{"step": 3}\n')
    with pytest.raises(RunError, match=r'log\.jsonl:2: wants an event and a step; found {"step": 3}$'):
        read_log(log)
    log.write_text('{"event": "plan", "step": 0}\n{"step": 3}\n{"event": "train", "step": 4}\n')
    assert [record.step for record in whole_records(log)] == [0]  # what follows damage may belong to another run


def test_the_last_whole_record_of_a_growing_log_and_what_it_plans(log, tmp_path):
    assert last_record(log).event == "stop"
    assert planned_steps(log) == 20
    assert last_record(tmp_path / "none") is None
    log.write_text('{"event": "pl')
    assert last_record(log) is None
    assert planned_steps(log) is None
    assert whole_records(tmp_path / "none") == []
