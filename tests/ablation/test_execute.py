import json
from pathlib import Path

import pytest

from srkit.ablation.execute import execute, problem, waiting
from srkit.ablation.trial import TrialFolder, perform
from srkit.errors import RunError
from srkit.slots import Ended

TWO = """arms: {sub: {}, deep: {model.depth: 2}}
baseline: sub
seeds: [0, 1]
experiment: {train: {steps: 2}}
measure: {what: []}
"""


@pytest.fixture
def run(planned, catalog, tmp_path):
    """Return a function that executes a study in this process: (plan, outcomes, what was run)."""

    def run(text, *overrides, stop=None):
        ran = []

        def here(tasks, jobs, /):
            for task in tasks:
                ran.append(task.name)
                yield Ended(task.name, 0 if perform(Path(task.command[-1]), catalog) else 1)

        plan, outcomes = planned(text, *overrides), []
        for outcome in execute(plan, tmp_path / "study", catalog, launcher=here):
            outcomes.append(outcome)
            if len(outcomes) == stop:
                break
        return plan, outcomes, ran

    return run


def test_a_study_goes_on_where_it_was(run, tmp_path):
    plan, _, ran = run(TWO, stop=1)
    assert len(ran) == 1
    scores = tmp_path / "study" / ran[0] / "scores.jsonl"
    written = scores.stat().st_mtime_ns
    _, outcomes, more = run(TWO)
    assert sorted(ran + more) == sorted(plan.trials)
    assert all(outcome.problem is None for outcome in outcomes)
    assert scores.stat().st_mtime_ns == written
    assert run(TWO)[2] == []
    assert waiting(plan, tmp_path / "study") == []


def test_an_arm_that_is_added_costs_itself_alone(run):
    run(TWO)
    _, outcomes, ran = run(TWO, "arms.wide={model.features: 9}")
    assert len(outcomes) == len(ran) == 2


def test_a_test_that_is_added_trains_nothing_again(run, tmp_path):
    _, _, ran = run(TWO)
    states = [tmp_path / "study" / one / "last.pt" for one in ran]
    before = [path.stat().st_mtime_ns for path in states]
    _, _, more = run(TWO, "tests={clean: {degradation: bicubic}}")
    assert sorted(more) == sorted(ran)
    assert all((path.parent / "tests" / "clean" / "scores.jsonl").exists() for path in states)
    assert before == [path.stat().st_mtime_ns for path in states]


def test_a_test_that_is_edited_is_made_again(run, tmp_path):
    _, _, ran = run(TWO, "tests={other: {degradation: bicubic}}")
    scores = tmp_path / "study" / ran[0] / "tests" / "other" / "scores.jsonl"
    before = scores.read_text()
    edited = "tests={other: {degradation: {use: anisotropic_gaussian, lambda_range: [4, 4]}}}"
    _, _, more = run(TWO, edited)
    assert sorted(more) == sorted(ran)
    assert scores.read_text() != before
    assert run(TWO, edited)[2] == []


def test_a_test_says_by_what_protocol_it_measures(run, tmp_path):
    _, _, ran = run(TWO, "tests={all: {metrics: [{use: psnr, color: rgb}]}}")
    told = json.loads((tmp_path / "study" / ran[0] / "tests" / "all" / "protocol.json").read_text())
    assert told["psnr"]["color"] == "RGB"


def test_an_arm_that_fails_stops_no_other_and_is_tried_again(run, tmp_path):
    broken = ("arms.broken={train.optimizer: {use: sgd, lr: 1e30}}", "experiment.train.steps=4")
    plan, outcomes, _ = run(TWO, *broken)
    assert len(outcomes) == 6
    failed = [outcome for outcome in outcomes if outcome.problem]
    assert {plan.titles()[outcome.id].split()[0] for outcome in failed} == {"broken"}
    assert all(problem(tmp_path / "study" / outcome.id) == outcome.problem for outcome in failed)
    assert sorted(run(TWO, *broken)[2]) == sorted(outcome.id for outcome in failed)


def test_a_process_that_dies_without_a_word_is_reported(planned, catalog, tmp_path):
    def deadly(tasks, jobs, /):
        for task in tasks:
            task.output.write_text("last words\n")
            yield Ended(task.name, -9)

    outcomes = list(execute(planned(TWO), tmp_path / "study", catalog, launcher=deadly))
    assert [one.problem for one in outcomes] == [
        "its process was ended by signal 9; was there too little memory?"
    ] * 4
    assert "last words" in TrialFolder.at(tmp_path / "study" / outcomes[0].id).error.read_text()


def test_the_study_is_described_for_the_report(run, tmp_path):
    plan, _, _ = run(TWO, "blocks={x2: {scale: 2}, x4: {scale: 4}}", stop=1)
    told = json.loads((tmp_path / "study" / "study.json").read_text())
    assert [block["name"] for block in told["blocks"]] == ["x2", "x4"]
    assert told["blocks"][1]["arms"][1]["changes"] == {"model.depth": 2}
    ids = [trial["id"] for block in told["blocks"] for arm in block["arms"] for trial in arm["trials"]]
    assert ids == list(plan.trials)


def test_a_folder_of_something_else_is_left_alone(run, tmp_path):
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "thesis.txt").write_text("years")
    with pytest.raises(RunError, match="wants a new folder or that of a study, found something else"):
        run(TWO)
    assert [path.name for path in (tmp_path / "study").iterdir()] == ["thesis.txt"]


def test_two_cannot_work_at_one_study(planned, catalog, tmp_path):
    def slow(tasks, jobs, /):
        for task in tasks:
            task.output.write_text("")
            yield Ended(task.name, 1)

    def started():
        return execute(planned(TWO), tmp_path / "study", catalog, launcher=slow)

    first = started()
    next(first)
    with pytest.raises(RunError, match="another srkit ablate is at work here"):
        next(started())
    first.close()
    assert next(started()).problem
