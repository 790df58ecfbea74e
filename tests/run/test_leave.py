"""A training that is stopped early, in any way and at any moment, resumes as if it had never stopped."""

import json
import signal

import pytest
import torch

import srkit.engine.accumulate as engine_accumulate
import srkit.run.loop as training
from srkit.engine.checkpoint import load_training, load_weights
from srkit.errors import TrainingError
from srkit.run import train
from srkit.run.session import Session
from srkit.run.validation import Validation

LONG = ("train.steps=12", "train.validate_every=4", "train.checkpoint_every=0", "train.ema=0.9")
PATIENT = ("train.steps=40", "train.validate_every=2", "train.patience=2", "train.optimizer.lr=1e-12")


def rows(folder):
    lines = [json.loads(line) for line in folder.log.read_text().splitlines()]
    return [
        (one["event"], one["step"], one.get("loss"), one.get("psnr")) for one in lines if one["event"] != "plan"
    ]


def same_run(one, other):
    """Assert that two runs have the same log, weights and best weights, bit by bit."""
    states = [load_training(run[-1].last) for run in (one, other)]
    pairs = [[state["state"]["model"] for state in states], [load_weights(run[-1].best)[0] for run in (one, other)]]
    if "ema" in states[0]["state"]:
        pairs.append([state["state"]["ema"]["module"] for state in states])
    for first, second in pairs:
        assert first.keys() == second.keys()
        assert all(torch.equal(first[name], second[name]) for name in first)
    facts = [{**state["progress"], "seconds": 0} for state in states]
    assert facts[0] == facts[1]
    assert rows(one[-1]) == rows(other[-1])


def leave_at(records, event, step):
    for record in records:
        if (record.event, record.step) == (event, step):
            records.close()
            return
    raise AssertionError(f"no {event} at step {step}")


@pytest.mark.parametrize(
    ("event", "step"),
    [("plan", 0), ("train", 4), ("validate", 4), ("train", 7), ("train", 8), ("train", 12), ("validate", 12)],
)
def test_leaving_at_any_record_loses_nothing(prepare, reopen, event, step):
    straight, left = prepare("straight", *LONG), prepare("left", *LONG)
    list(train(*straight))
    leave_at(train(*left), event, step)
    assert load_training(left[-1].last)["state"]["step"] == step
    list(train(*reopen(left[-1])))
    same_run(straight, left)


def test_a_validation_that_was_made_up_for_is_made_once(prepare, reopen):
    straight, left = prepare("straight", *LONG), prepare("left", *LONG)
    list(train(*straight))
    leave_at(train(*left), "train", 4)
    leave_at(train(*reopen(left[-1])), "validate", 4)
    assert load_training(left[-1].last)["progress"]["validated"] == 4
    leave_at(train(*reopen(left[-1])), "train", 5)
    list(train(*reopen(left[-1])))
    same_run(straight, left)


def test_a_kill_after_a_validation_that_was_made_up_for(prepare, reopen):
    straight, left = prepare("straight", *LONG), prepare("left", *LONG)
    list(train(*straight))
    leave_at(train(*left), "train", 4)
    kept = left[-1].last.read_bytes()
    leave_at(train(*reopen(left[-1])), "validate", 4)
    left[-1].last.write_bytes(kept)  # as after SIGKILL: the validation is in the log only
    list(train(*reopen(left[-1])))
    same_run(straight, left)


@pytest.mark.parametrize(("event", "step"), [("validate", 4), ("train", 6), ("validate", 6), ("stop", 6)])
def test_early_stopping_stops_where_it_would_have(prepare, reopen, event, step):
    straight, left = prepare("straight", *PATIENT), prepare("left", *PATIENT)
    list(train(*straight))
    leave_at(train(*left), event, step)
    list(train(*reopen(left[-1])))
    assert rows(left[-1])[-1][:2] == ("stop", 6)
    same_run(straight, left)
    list(train(*reopen(left[-1])))  # it is over: its log still says why
    same_run(straight, left)


def test_patience_that_ends_with_the_last_step_is_no_early_stop(prepare, reopen):
    straight, left = (prepare(name, *PATIENT, "train.steps=6") for name in ("straight", "left"))
    list(train(*straight))
    leave_at(train(*left), "validate", 6)
    list(train(*reopen(left[-1])))
    assert rows(left[-1])[-1][0] == "validate"
    same_run(straight, left)


def strike(*_):
    signal.raise_signal(signal.SIGINT)


def within(monkeypatch, where, step, times=1):
    """Raise a signal within the given method of the training or its session at the given step, before its work."""
    owner = next(one for one in (Session, Validation, training._Loop) if hasattr(one, where))
    method = getattr(owner, where)
    struck, sessions = [], []

    def start(self, steps, start=Session.start):
        sessions.append(self)
        start(self, steps)

    monkeypatch.setattr(Session, "start", start)

    def struck_there(self, *given):
        if sessions[-1].training.step == step and not struck:
            struck.append(step)
            for _ in range(times):
                strike()
        return method(self, *given)

    monkeypatch.setattr(owner, where, struck_there)


@pytest.mark.parametrize(
    ("where", "step", "times", "saved"),
    [
        ("pair", 6, 1, 6),  # while the batch of the seventh step is made, which has changed nothing yet
        ("pair", 6, 2, 6),  # and twice
        ("pair", 7, 2, 7),  # before the step of a validation
        ("means", 8, 1, 8),
        ("_train_record", 6, 2, 6),
        ("track", 8, 1, 8),
        ("_own_stop_reason", 5, 1, 5),
    ],
)
def test_ctrl_c_saves_the_last_whole_step(prepare, reopen, monkeypatch, where, step, times, saved):
    quiet = "train.log_every=100" if where == "pair" else "train.log_every=1"
    straight, left = prepare("straight", *LONG, quiet), prepare("left", *LONG, quiet)
    list(train(*straight))
    with monkeypatch.context() as patch:
        within(patch, where, step, times)
        with pytest.raises(KeyboardInterrupt):
            list(train(*left))
    assert load_training(left[-1].last)["state"]["step"] == saved
    list(train(*reopen(left[-1])))
    same_run(straight, left)


def test_ctrl_c_while_the_best_weights_are_written(prepare, reopen, monkeypatch):
    straight, left = prepare("straight", *LONG), prepare("left", *LONG)
    list(train(*straight))
    with monkeypatch.context() as patch:
        patch.setattr(training, "save_best", strike)
        with pytest.raises(KeyboardInterrupt):
            list(train(*left))
    progress = load_training(left[-1].last)["progress"]
    assert progress["validated"] == progress["best_step"] == 4  # nothing comes between them


def third_ctrl_c(patch, where):
    """Raise three signals in step 5: while its crops are awaited, or when half of the step is done."""
    if where == "crops":
        within(patch, "pair", 4, times=3)
        return
    calls = []

    def losses(*given, mean_losses=engine_accumulate.mean_losses):
        calls.append(given)
        for _ in range(3 if len(calls) == 5 else 0):
            signal.raise_signal(signal.SIGINT)
        return mean_losses(*given)

    patch.setattr(engine_accumulate, "mean_losses", losses)


@pytest.mark.parametrize(("where", "step"), [("crops", 4), ("step", 3)])
def test_a_third_ctrl_c_breaks_a_step_and_leaves_the_last_checkpoint(prepare, reopen, monkeypatch, where, step):
    straight, left = (prepare(name, *LONG, "train.checkpoint_every=3") for name in ("straight", "left"))
    list(train(*straight))
    with monkeypatch.context() as patch:
        third_ctrl_c(patch, where)
        with pytest.raises(KeyboardInterrupt):
            list(train(*left))
    assert load_training(left[-1].last)["state"]["step"] == step
    list(train(*reopen(left[-1])))
    same_run(straight, left)


def test_a_guard_stops_again_at_a_validation_that_was_made_up_for(prepare, reopen, monkeypatch):
    monkeypatch.setattr("srkit.run.guard.UNGUARDED", 0)
    left = prepare("left", *LONG, "train.guard=0", "train.optimizer.lr=0.5")
    leave_at(train(*left), "train", 4)
    for _ in range(2):
        with pytest.raises(TrainingError, match="step 4: wants a validation PSNR above"):
            list(train(*reopen(left[-1])))
    assert [row[:2] for row in rows(left[-1]) if row[0] == "validate"] == [("validate", 4)]
