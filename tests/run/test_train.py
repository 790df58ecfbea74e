import json

import pytest
import torch

from srkit.engine.checkpoint import load_training, load_weights
from srkit.errors import ImageError, RunError, TrainingError
from srkit.run import score, train
from srkit.run.session import Session

LONG = ("train.steps=12", "train.validate_every=4", "train.checkpoint_every=3", "train.ema=0.9", "train.workers=1")


class Killed(BaseException):
    """Stands for SIGKILL: srkit does not catch it."""


def kill_at(records, event, step):
    """Follow a run until the given record, then leave it as a killed process does."""
    for record in records:
        if record.event == event and record.step == step:
            frame = records.gi_frame
            assert frame is not None
            try:
                records.throw(Killed)
            except Killed:
                return
    raise AssertionError(f"no {event} at step {step}")


BALANCED = (
    "loss={use: weighted, terms: {pixel: {loss: l1}, sharp: {loss: mse, balance: pixel}}}",
    *LONG,
)


def weights(folder):
    state = load_training(folder.last)["state"]
    return state["model"] | {f"ema {name}": value for name, value in state["ema"]["module"].items()}


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize(
    ("event", "step"), [("plan", 0), ("train", 1), ("train", 5), ("validate", 8), ("train", 9), ("validate", 12)]
)
def test_a_killed_run_resumes_to_equal_bits(prepare, reopen, event, step):
    straight, broken = prepare("straight", *LONG), prepare("broken", *LONG)
    list(train(*straight))
    kill_at(train(*broken), event, step)
    list(train(*reopen(broken[-1])))
    assert same(weights(straight[-1]), weights(broken[-1]))
    assert same(load_weights(straight[-1].best)[0], load_weights(broken[-1].best)[0])
    logs = [[json.loads(line) for line in run[-1].log.read_text().splitlines()] for run in (straight, broken)]
    kept = [[(row["event"], row["step"], row.get("loss")) for row in log if row["event"] != "plan"] for log in logs]
    assert kept[0] == kept[1]


@pytest.mark.parametrize(("event", "step"), [("plan", 0), ("balance", 1), ("train", 4), ("validate", 12)])
def test_a_balanced_weight_outlives_a_kill(prepare, reopen, event, step):
    straight, broken = prepare("straight", *BALANCED), prepare("broken", *BALANCED)
    list(train(*straight))
    kill_at(train(*broken), event, step)
    resumed = reopen(broken[-1])
    list(train(*resumed))
    assert same(weights(straight[-1]), weights(broken[-1]))
    assert straight[1].loss.balanced == resumed[1].loss.balanced
    state = load_training(broken[-1].last)["state"]["loss"]
    assert list(state.values()) == [straight[1].loss.balanced]
    for run in (straight, broken):
        rows = [json.loads(line) for line in run[-1].log.read_text().splitlines()]
        (row,) = [row for row in rows if row["event"] == "balance"]
        assert row["step"] == 1
        assert row["weight.sharp"] == straight[1].loss.balanced["sharp"] > 0


def test_a_weight_is_set_by_the_first_step_alone(prepare):
    """It is not set by an evaluation before it, nor by the steps that measure the speed of the machine."""
    plain = prepare("plain", *BALANCED)
    records = train(*plain)
    assert next(records).event == "plan"
    assert plain[1].loss.balanced == {}
    plain[1].loss(torch.rand(1, 1, 8, 8), torch.rand(1, 1, 8, 8))
    list(records)
    assert weights(plain[-1])
    timed = prepare("timed", *BALANCED, "train.steps=null", "train.minutes=0.02")
    records = train(*timed)
    assert next(records).event == "plan"
    assert timed[1].loss.balanced == {}
    list(records)
    steps = load_training(timed[-1].last)["state"]["step"]
    again = prepare("again", *BALANCED, f"train.steps={steps}")
    list(train(*again))
    assert same(weights(timed[-1]), weights(again[-1]))
    assert timed[1].loss.balanced == again[1].loss.balanced == plain[1].loss.balanced


def test_weights_of_a_frozen_network_are_not_in_the_checkpoint(prepare, vgg_file):
    look = f"look: {{balance: pixel, loss: {{use: perceptual, weights: {vgg_file}}}}}"
    run = prepare("vgg", f"loss={{use: weighted, terms: {{pixel: {{loss: l1}}, {look}}}}}")
    list(train(*run))
    (state,) = load_training(run[-1].last)["state"]["loss"].values()
    assert list(state) == ["look"]
    assert run[-1].last.stat().st_size < 200_000


def test_a_run_resumed_twice_and_without_an_end(prepare, reopen):
    straight, broken = prepare("straight", *LONG), prepare("broken", *LONG)
    list(train(*straight))
    kill_at(train(*broken), "train", 4)
    kill_at(train(*reopen(broken[-1])), "train", 10)
    list(train(*reopen(broken[-1])))
    assert same(weights(straight[-1]), weights(broken[-1]))
    before = broken[-1].last.read_bytes()
    records = list(train(*reopen(broken[-1])))  # it is over: nothing happens
    assert [record.event for record in records] == ["plan"]
    assert same(weights(straight[-1]), weights(broken[-1]))
    assert broken[-1].last.read_bytes() == before


def test_leaving_the_loop_saves_where_it_stands(prepare, reopen):
    straight, left = prepare("straight", *LONG), prepare("left", *LONG)
    list(train(*straight))
    records = train(*left)
    for record in records:
        if record.event == "train" and record.step == 5:
            records.close()
            break
    assert load_training(left[-1].last)["state"]["step"] == 5
    list(train(*reopen(left[-1])))
    assert same(weights(straight[-1]), weights(left[-1]))


def test_the_number_of_workers_changes_nothing(prepare):
    runs = [prepare(f"w{workers}", *LONG, f"train.workers={workers}") for workers in (0, 1, 3)]
    for run in runs:
        list(train(*run))
    assert same(weights(runs[0][-1]), weights(runs[1][-1]))
    assert same(weights(runs[0][-1]), weights(runs[2][-1]))


def test_another_seed_is_another_run(prepare):
    runs = [prepare(f"s{seed}", f"seed={seed}", "train.ema=0.9") for seed in (0, 1)]
    for run in runs:
        list(train(*run))
    assert not same(weights(runs[0][-1]), weights(runs[1][-1]))


def test_early_stopping_waits_for_its_patience(prepare):
    run = prepare(
        "patient", "train.steps=40", "train.validate_every=2", "train.patience=2", "train.optimizer.lr=1e-12"
    )
    records = list(train(*run))
    (stop,) = [record for record in records if record.event == "stop"]
    assert stop.step == 6
    assert stop.values["reason"] == "no better validation PSNR in 2 validations; stopping early"


def test_minutes_become_steps_that_can_be_repeated(prepare):
    run = prepare("minutes", "train.steps=null", "train.minutes=0.02", "train.ema=0.9")
    list(train(*run))
    steps = load_training(run[-1].last)["state"]["step"]
    assert steps >= 1
    again = prepare("again", f"train.steps={steps}", "train.ema=0.9")
    list(train(*again))
    assert same(weights(run[-1]), weights(again[-1]))


THIRTEEN = "data.train={use: samples, split: train}"
"""Images, an odd number of them."""


def test_epochs_become_steps(prepare):
    run = prepare("epochs", THIRTEEN, "train.steps=null", "train.epochs=0.5", "train.crops_per_image=1")
    assert next(iter(train(*run))).values["steps"] == 4  # half of 13 images, two in a step, rounded up


def test_epochs_are_counted_as_they_are_written(prepare):
    """1.1 as a float is a little more than 1.1, and would be a step more."""
    options = ("train.steps=null", "train.epochs=1.1", "train.crops_per_image=100", "train.batch=13")
    run = prepare("epochs", THIRTEEN, *options)
    assert next(iter(train(*run))).values["steps"] == 110


def test_validation_computes_in_the_precision_of_training(prepare):
    """Validation is fast on a GPU this way; scores are computed in fp32."""
    first, found = prepare("first"), []
    list(train(*first))
    still = ("train.steps=1", "train.optimizer.lr=1e-12", f"start={first[-1].best}")
    for precision in ("fp32", "bf16"):
        run = prepare(precision, *still, f"train.precision={precision}")
        found += [one.number("psnr") for one in train(*run) if one.event == "validate"]
    assert found[0] != found[1]
    assert found[0] == pytest.approx(found[1], abs=0.5)


def test_a_loss_that_is_no_number_stops_and_keeps_the_checkpoint(prepare):
    run = prepare("nan", "train.steps=20", "train.optimizer.lr=1e30", "train.checkpoint_every=1", "train.ema=0.9")
    with pytest.raises(TrainingError, match=r"wants a finite loss, got (nan|inf)"):
        list(train(*run))
    assert all(value.isfinite().all() for value in weights(run[-1]).values())


def test_an_untrained_network_scores_what_bicubic_twice_scores(prepare):
    """Training starts from interpolation, not from noise: at x2 the image branch is bicubic itself."""
    run = prepare("start", "train.steps=1", "train.optimizer.lr=1e-12")
    list(train(*run))
    list(score(*run))
    summary = json.loads(run[-1].summary.read_text())
    assert summary["gain"]["psnr"] == pytest.approx(0, abs=1e-3)


def test_fine_tuning_starts_from_given_weights(prepare):
    first = prepare("first", "train.ema=0.9")
    list(train(*first))
    second = prepare("second", f"start={first[-1].best}", "train.optimizer.lr=1e-12", "train.ema=0.9")
    list(train(*second))
    for name, value in load_weights(second[-1].best)[0].items():
        torch.testing.assert_close(value, load_weights(first[-1].best)[0][name], atol=1e-6, rtol=0)


def test_a_foreign_checkpoint_is_refused(prepare):
    run = prepare("foreign")
    torch.save({"params": {}}, run[-1].last)
    with pytest.raises(RunError, match=r"last\.pt: wants the state of a training, found params without config"):
        list(train(*run))
    own = prepare("own", "train.steps=1")
    list(train(*own))
    saved = {**load_training(own[-1].last), "progress": {"steps": 3, "stops": 4}}
    torch.save(saved, own[-1].last)
    with pytest.raises(RunError, match=r"last\.pt: wants steps, seconds, .*; found {'steps': 3, 'stops': 4}"):
        list(train(*own))


def test_an_image_that_cannot_be_read_leaves_a_checkpoint_of_the_step_before(prepare, reopen, monkeypatch):
    straight, broken = prepare("straight", *LONG), prepare("broken", *LONG)
    list(train(*straight))
    whole = Session.pair

    def pair(session, step):
        if step == 10:
            raise ImageError("a.png: is cut off")
        return whole(session, step)

    with monkeypatch.context() as patch:
        patch.setattr(Session, "pair", pair)
        with pytest.raises(ImageError, match="is cut off"):
            list(train(*broken))
    assert load_training(broken[-1].last)["state"]["step"] == 10
    list(train(*reopen(broken[-1])))
    assert same(weights(straight[-1]), weights(broken[-1]))


def test_a_long_training_is_saved_every_ten_minutes_where_nobody_says(prepare, monkeypatch):
    run = prepare("long", "train.steps=8", "train.checkpoint_every=0")
    monkeypatch.setattr("srkit.run.loop.SAVE_SECONDS", 0.0)
    kill_at(train(*run), "train", 5)
    assert load_training(run[-1].last)["state"]["step"] == 4


MANY = (
    "train.batch=4",
    "train.augmentations=[mixup, {use: cutblur, probability: 0.5}]",
    "train.schedule=one_cycle",
    "loss={use: weighted, terms: {pixel: {loss: huber}, low: {loss: low_resolution, balance: pixel}, "
    "ssim: {loss: ssim, weight: 0.1}}}",
    "data.train={use: mix, sources: {a: {images: {use: samples, split: train}, weight: 2}}}",
    "degradation={use: chain, stages: [blur, shrink, noise]}",
    *LONG,
    "train.steps=5",
    "train.validate_every=0",
)


@pytest.mark.slow
def test_a_batch_in_pieces_is_the_same_run_whatever_else_is_in_it(prepare, reopen):
    """Pieces, mixed pairs, losses of LR and balanced weights: as in one piece, and resumed to equal bits."""
    whole, pieces = prepare("whole", *MANY), prepare("pieces", *MANY, "train.accumulate=4")
    broken = prepare("broken", *MANY, "train.accumulate=4")
    for run in (whole, pieces):
        list(train(*run))
    kill_at(train(*broken), "train", 4)
    list(train(*reopen(broken[-1])))
    assert same(weights(pieces[-1]), weights(broken[-1]))
    rows = [
        [json.loads(line) for line in run[-1].log.read_text().splitlines() if '"train"' in line]
        for run in (whole, pieces)
    ]
    assert len(rows[0]) == 5
    names = ("loss", "loss.pixel", "loss.low", "loss.ssim", "lr", "grad_norm")
    for one, other in zip(*rows, strict=True):
        assert [other[name] for name in names] == pytest.approx([one[name] for name in names], rel=1e-3)
