"""Speed and time of a training, with a clock that the test moves."""

from types import SimpleNamespace

import pytest

from srkit.engine.checkpoint import save_training
from srkit.engine.fit import fit
from srkit.run import train
from srkit.run.clock import Clock, Pace
from srkit.run.validation import Validation

SLOW = {1: 30.0, 2: 5.0, 3: 5.0, 9: 11.0}
"""Seconds of the steps that do not take one."""


@pytest.fixture
def hands(monkeypatch):
    """The hands of the clock: ``now`` is what it shows."""
    hands = SimpleNamespace(now=1000.0)
    clock = SimpleNamespace(monotonic=lambda: hands.now)
    monkeypatch.setattr("srkit.run.clock.time", clock)
    monkeypatch.setattr("srkit.run.budget.time", clock)
    return hands


@pytest.fixture
def paced(hands, monkeypatch):
    """Let a step take a second (``SLOW`` ones more), a validation 100 and a checkpoint 50."""
    hands.slow = SLOW

    def slowly(*given, **options):
        for step in fit(*given, **options):
            hands.now += hands.slow.get(step.step, 1.0)
            yield step

    def means(self, network, means=Validation.means):
        hands.now += 100
        return means(self, network)

    def save(path, state):
        hands.now += 50
        save_training(path, state)

    monkeypatch.setattr("srkit.regimes.supervised.fit", slowly)
    monkeypatch.setattr(Validation, "means", means)
    monkeypatch.setattr("srkit.run.checkpoint.save_training", save)
    return hands


def looked_at(records, hands):
    """Follow a run as a caller that takes a thousand seconds for every record."""
    for record in records:
        hands.now += 1000
        yield record


def test_a_clock_stands_still_while_it_is_stopped(hands):
    clock = Clock(7.0)
    hands.now += 2
    assert clock.seconds == 9
    clock.stop()
    hands.now += 50
    assert clock.seconds == 9
    clock.go()
    hands.now += 1
    assert clock.seconds == 10


def test_laps_of_several_steps_forget_as_slowly_as_those_of_one(hands):
    clock = Clock()
    one, four = Pace(2, clock), Pace(2, clock)
    for step in range(1, 13):
        hands.now += 10 if step <= 8 else 2
        for pace in (one, four):
            pace.step()
        last = one.lap()
        if step % 4 == 0:
            together = four.lap()
    assert last[0] == together[0] == 2
    assert last[1] == pytest.approx(together[1]) == pytest.approx(2 / (10 * 0.9**4 + 2 * (1 - 0.9**4)))


def test_what_a_device_finishes_after_its_step_counts(hands):
    pace = Pace(1, Clock())
    pace.step()
    hands.now += 3  # its loss was waited for
    assert pace.lap()[0] == 3


def test_speed_is_that_of_the_steps_alone(prepare, paced):
    run = prepare("run", "train.steps=12", "train.validate_every=4", "train.checkpoint_every=3")
    records = list(looked_at(train(*run), paced))
    steps = [record for record in records if record.event == "train"]
    assert [record.values["seconds_per_step"] for record in steps] == [SLOW.get(n, 1.0) for n in range(1, 13)]
    images = {record.step: record.values["images_per_second"] for record in steps}
    assert images[4] == images[8] == 2  # two crops in a second: the warm-up is forgotten
    assert images[9] == pytest.approx(2 / (0.9 * 1 + 0.1 * 11))


def test_seconds_are_those_of_training_with_its_validations_and_checkpoints(prepare, reopen, paced):
    run = prepare("run", "train.steps=12", "train.validate_every=4", "train.checkpoint_every=3")
    *_, last = looked_at(train(*run), paced)
    steps = 8 + sum(SLOW.values())
    assert last.values["seconds"] == steps + 3 * 100 + 4 * 50  # the first checkpoint is before step 1
    (plan,) = looked_at(train(*reopen(run[-1])), paced)
    assert plan.values["seconds"] == last.values["seconds"]


def test_minutes_become_steps_with_their_share_of_validation(prepare, paced):
    budget = f"train.minutes={20 * (1 + 100 / 4) / 60}"
    run = prepare("run", "train.steps=null", budget, "train.validate_every=4", "train.checkpoint_every=0")
    paced.slow = {1: 30.0, 2: 5.0}  # of the steps that are tried
    records = looked_at(train(*run), paced)
    assert next(records).values["steps"] == 20
    paced.slow = {}
    assert list(records)[-1].step == 20


def test_a_machine_that_slows_down_stops_when_its_minutes_are_over(prepare, paced):
    budget = f"train.minutes={20 * (1 + 100 / 4) / 60}"  # 520 seconds, 572 at most
    run = prepare("run", "train.steps=null", budget, "train.validate_every=4", "train.checkpoint_every=0")
    paced.slow = {}
    records = looked_at(train(*run), paced)
    next(records)
    paced.slow = dict.fromkeys(range(1, 21), 54.0)  # 50 of a checkpoint, 8 of 54 and one validation are 582
    (stop,) = [record for record in records if record.event == "stop"]
    assert stop.step == 8
    assert "minutes are over" in stop.values["reason"]
