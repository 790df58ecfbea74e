import json
import re
import signal
from pathlib import Path

import pytest

from srkit.cli.experiment import read_experiment
from srkit.cli.progress_run import RunProgress, results, way_on
from srkit.config.show import fill, to_yaml
from srkit.engine.checkpoint import load_training
from srkit.records.environment import Environment
from srkit.records.log import Record
from srkit.run import RunFolder, build, score, train
from srkit.run.session import Session

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"
NUMBERS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture
def run(tmp_path, tiny_config):
    """Return a function that makes the parts and the folder of a tiny run."""

    def run(*overrides):
        experiment, _, catalog = read_experiment([str(tiny_config), *overrides])
        folder = RunFolder.create(tmp_path / "run", to_yaml(fill(experiment)), Environment())
        return experiment, build(experiment, catalog), folder

    return run


def progress(run, *, quiet=True):
    return RunProgress(run[0], run[-1], select="psnr", quiet=quiet)


def saved(run):
    return load_training(run[-1].last)["state"]["step"]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("times", [1, 2])
def test_a_signal_waits_for_the_step_at_hand_and_for_no_record(run, monkeypatch, number, times):
    tiny = run("train.steps=40", "train.log_every=1000", "train.validate_every=0", "train.checkpoint_every=0")

    def pair(self, step, pair=Session.pair):
        if step == 4:
            for _ in range(times):
                signal.raise_signal(number)
        return pair(self, step)

    monkeypatch.setattr(Session, "pair", pair)
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt):
        progress(tiny).follow(train(*tiny))
    assert saved(tiny) == 4  # the batch was made, and the step that wants it was not begun
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_while_a_record_is_shown_saves(run, monkeypatch, number):
    tiny = run("train.steps=40", "train.checkpoint_every=0")

    def show(self, record):
        if (record.event, record.step) == ("train", 5):
            signal.raise_signal(number)

    monkeypatch.setattr(RunProgress, "_show", show)
    records = train(*tiny)
    with pytest.raises(KeyboardInterrupt):
        progress(tiny).follow(records)
    assert saved(tiny) == 5


@pytest.mark.parametrize("times", [1, 2])
def test_a_second_signal_waits_for_what_the_first_has_to_save_and_the_third_does_not(run, times):
    done = []

    def records():
        try:
            yield Record("train", 1, {})
        finally:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
            done.append("saved")

    following = progress(run())
    following._show = lambda _: signal.raise_signal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        following.follow(records())
    assert done == (["saved"] if times == 1 else [])


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_after_the_last_record_is_not_swallowed(run, number):
    def records():
        yield Record("train", 1, {})
        signal.raise_signal(number)

    following = progress(run())
    following._show = lambda _: None
    with pytest.raises(KeyboardInterrupt):
        following.follow(records())


def test_scoring_that_was_stopped_is_done_again(run, monkeypatch):
    tiny = run()
    list(train(*tiny))
    with monkeypatch.context() as patch:
        patch.setattr("srkit.image.files.write", lambda *_: signal.raise_signal(signal.SIGTERM))
        with pytest.raises(KeyboardInterrupt):
            progress(tiny).follow(score(*tiny))
    assert not tiny[-1].summary.exists()
    progress(tiny).follow(score(*tiny))
    assert json.loads(tiny[-1].summary.read_text())["steps"] == 6


@pytest.mark.parametrize("name", ["[/x]", "[bold]x", "a [red]b[/red]", "x\\"])
def test_a_name_is_shown_as_it_is_written(run, capsys, name):
    tiny = run(f"name={json.dumps(name)}")
    with RunProgress(tiny[0], tiny[-1], select="psnr", quiet=False):
        pass
    assert f"x2 {name} in " in capsys.readouterr().out
    list(train(*tiny))
    list(score(*tiny))
    assert f"{name}: x2 on" in results(tiny[-1])


def test_a_protocol_is_shown_as_it_is_written(run):
    tiny = run()
    list(train(*tiny))
    list(score(*tiny))
    summary = json.loads(tiny[-1].summary.read_text())
    summary["protocol"]["psnr"] = {"of": "[/dim]"}
    tiny[-1].summary.write_text(json.dumps(summary))
    assert re.search(r"^PSNR: of \[/dim\]$", results(tiny[-1]), re.MULTILINE)


def test_only_weights_that_were_compared_with_earlier_ones_are_the_best_so_far(run, capsys):
    tiny = run()
    following = progress(tiny, quiet=False)
    following._show(Record("plan", 0, {"steps": 8, "crops": 32}))
    for step in (4, 8):
        following._show(Record("validate", step, {"psnr": 30.0, "best": 1.0}))
    first, second = (line for line in capsys.readouterr().out.splitlines() if "validation" in line)
    assert first.endswith("validation PSNR 30.00 dB")
    assert second.endswith("validation PSNR 30.00 dB  best so far")
    resumed = progress(tiny, quiet=False)
    resumed._show(Record("plan", 8, {"steps": 8, "crops": 32}))
    resumed._show(Record("validate", 12, {"psnr": 31.0, "best": 1.0}))
    assert "31.00 dB  best so far" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("steps", "planned"), [(3, "3 steps planned, 12 crops"), (330, "330 steps planned, about 1,300 crops")]
)
def test_the_first_line_says_how_far_the_run_will_come(run, capsys, steps, planned):
    tiny = run("train.steps=3", "train.batch=4")
    with RunProgress(tiny[0], tiny[-1], select="psnr", quiet=False) as bar:
        bar._show(Record("plan", 0, {"steps": steps, "crops": 4 * steps}))
    assert planned in capsys.readouterr().out


@pytest.mark.parametrize(
    ("budget", "advice"),
    [
        (
            "train.minutes=4.5",
            "trained on 1,320 crops in 4.5 minutes; a longer run gives a better network: "
            "add train.minutes=30 to the command",
        ),
        ("train.minutes=30", None),
        ("train.steps=10", None),
    ],
)
def test_the_end_of_a_short_run_says_how_to_go_on(budget, advice):
    experiment, _, _ = read_experiment([str(TINY), "train.steps=null", budget])
    assert way_on(experiment, 1320) == advice


def said(capsys, shown, *records):
    shown.follow(record for record in records)
    return capsys.readouterr().out.splitlines()


VALIDATED = Record("validate", 6, {"psnr": 30.0, "best": 1.0})
PLANNED = Record("plan", 5, {"steps": 6, "crops": 12})  # of a budget in minutes, once the speed is known


@pytest.mark.parametrize(("every", "ending"), [(0, "30.00 dB"), (3, "best so far")])
def test_a_single_validation_is_not_the_best_so_far(tiny_config, capsys, every, ending):
    experiment, *_ = read_experiment([str(tiny_config), f"train.validate_every={every}"])
    shown = RunProgress(experiment, RunFolder(Path("x")), select="psnr", quiet=False)
    assert said(capsys, shown, PLANNED, VALIDATED)[-1].endswith(ending)


def test_several_processes_are_told_and_their_images_in_one_line(tiny_config, capsys):
    experiment, *_ = read_experiment([str(tiny_config)])
    shown = RunProgress(experiment, RunFolder(Path("x")), select="psnr", quiet=False, processes=3)
    with shown:
        scored = [Record("score", 6, {"image": name}) for name in "ab"]
        assert said(capsys, shown, *scored) == [
            "x2 tiny in x by 3 processes",
            "scoring the test images in 3 processes",
        ]
