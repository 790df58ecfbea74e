import json
from pathlib import Path

import pytest

import srkit
from srkit.ablation.execute import execute, problem, waiting
from srkit.ablation.folder import TrialFolder
from srkit.ablation.trial import perform
from srkit.errors import RunError
from srkit.launchers.local import Local
from srkit.parts.launcher import Ended
from srkit.records.folders import folder_of_test
from srkit.report.read import read_results

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
        for outcome in execute(plan, tmp_path / "study", launcher=here):
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
    assert all(problem(plan, tmp_path / "study", outcome.id) == outcome.problem for outcome in failed)
    assert sorted(run(TWO, *broken)[2]) == sorted(outcome.id for outcome in failed)


@pytest.fixture
def damaged(tmp_path, tiny_config):
    """The changes of a test whose one image has a sound header and cannot be decoded."""
    (tmp_path / "damaged").mkdir()
    whole = min((tiny_config.parent / "test").iterdir()).read_bytes()
    (tmp_path / "damaged" / "x.png").write_bytes(whole[: len(whole) // 2])
    return f"{{data.test: {{use: folder, path: {tmp_path / 'damaged'}}}}}"


def test_a_test_that_fails_stops_no_other_and_is_forgotten_once_it_is_removed(run, tmp_path, damaged):
    plan, outcomes, ran = run(TWO, f"tests={{broken: {damaged}, clean: {{degradation: bicubic}}}}")
    assert all(outcome.problem.startswith("test 'broken': ") for outcome in outcomes)
    folders = [TrialFolder(tmp_path / "study" / one) for one in ran]
    assert all((one.test("clean").scores).exists() for one in folders)
    plan, outcomes, more = run(TWO, "tests={clean: {degradation: bicubic}}")
    assert (outcomes, more) == ([], [])
    assert not any(one.error.exists() or problem(plan, one.path.parent, one.path.name) for one in folders)
    more = run(TWO, "tests={other: {seed: 5}}")[1]
    assert [outcome.problem for outcome in more] == [None] * 4
    assert not any(one.error.exists() for one in folders)


def test_whatever_tests_are_called_their_scores_lie_below_the_trial_and_are_read(run, tmp_path):
    names = ("clean/bicubic", "clean-bicubic", "../../escaped", f"{tmp_path}/escaped", "..", "a" * 300)
    tests = ", ".join(f"{name}: {{seed: {10 + index}}}" for index, name in enumerate(names))
    plan, outcomes, (ran,) = run(TWO, f"tests={{{tests}}}", stop=1)
    assert outcomes[0].problem is None
    assert ran not in waiting(plan, tmp_path / "study")
    found = [path for path in tmp_path.rglob("scores.jsonl") if "tests" in path.parts]
    assert {path.parents[1] for path in found} == {tmp_path / "study" / ran / "tests"}
    trial = read_results(tmp_path / "study").trials[ran]
    assert {name: one.given["seed"] for name, one in trial.tests.items() if name} == {
        name: 10 + index for index, name in enumerate(names)
    }


def test_a_plain_name_is_the_tests_folder_and_others_stay_apart():
    assert folder_of_test("clean bicubic") == "clean bicubic"
    names = ("a/b", "a-b", "a:b", "..", ".", "/", "a" * 61, "a" * 62)
    assert len({folder_of_test(name) for name in names}) == len(names)
    assert not any(folder_of_test(name).startswith(".") for name in names)


def test_another_name_of_an_arm_tests_nothing_again(run):
    text = TWO + "tests: {clean: {degradation: bicubic}}\n"
    run(text)
    assert run(text.replace("sub", "other"))[2] == []
    assert run(text, "arms.twin={model.depth: 2}")[2] == []


def test_options_that_decide_nothing_neither_train_nor_test_anything_again(run):
    text = TWO + "tests: {clean: {degradation: bicubic}}\n"
    run(text)
    harmless = ["train.workers=3", "data.memory=4", "trackers=[csv]", "train.device=cpu"]
    assert run(text, *(f"experiment.{one}" for one in harmless))[2] == []
    assert len(run(text, "experiment.metrics=[psnr]")[2]) == 4


def outcomes_of(plan, tmp_path, launcher):
    return [one.problem for one in execute(plan, tmp_path / "study", launcher=launcher)]


def test_a_launcher_that_says_well_where_nothing_ran_is_not_believed(planned, tmp_path):
    def liar(tasks, jobs, /):
        yield Ended(tasks[0].name, 0)

    said = outcomes_of(planned(TWO), tmp_path, liar)
    assert (
        said == ["its launcher reports success, but it has no scores"] + ["its launcher never reported its end"] * 3
    )


def test_a_launcher_that_keeps_no_output_is_borne_with(planned, tmp_path):
    said = outcomes_of(planned(TWO), tmp_path, lambda tasks, _: (Ended(one.name, 3) for one in tasks))
    assert said == ["its process ended with status 3"] * 4


@pytest.mark.parametrize("names", [("nobody",), (0, 0)])
def test_a_launcher_that_ends_what_it_was_not_given_is_named(planned, tmp_path, names):
    def confused(tasks, jobs, /):
        yield from (Ended(name if isinstance(name, str) else tasks[name].name, 1) for name in names)

    with pytest.raises(
        RunError, match="launcher: wants every task that it was given ended once, found the end of '"
    ):
        outcomes_of(planned(TWO), tmp_path, confused)


def test_an_error_of_an_earlier_start_is_not_told_again(planned, tmp_path):
    def dies(code):
        def launch(tasks, jobs, /):
            for task in tasks:
                task.output.write_text(f"words\nlast words of {code}\n")
                yield Ended(task.name, code)

        return launch

    for code in (3, 4):
        said = outcomes_of(planned(TWO), tmp_path, dies(code))
        assert said == [f"its process ended with status {code}: last words of {code}"] * 4


def test_a_trial_finds_the_srkit_that_started_it(planned, tmp_path, monkeypatch):
    """In the folder around a clone, `python -m srkit` would import the clone; in a source tree it should."""
    (tmp_path / "srkit").mkdir()
    (tmp_path / "srkit" / "__init__.py").write_text("raise ImportError('this is a clone around srkit')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(srkit.__file__).parents[1]))
    commands = []

    def launch(tasks, jobs, /):
        commands.append(tasks[0].command)
        yield from Local()(tasks[:1], jobs)

    outcome = next(execute(planned(TWO), tmp_path / "study", launcher=launch))
    assert outcome.problem is None
    assert commands[-1][1] == "-P"
    monkeypatch.syspath_prepend(tmp_path)
    next(execute(planned(TWO), tmp_path / "study", launcher=launch))
    assert commands[-1][1] == "-m"


def test_what_a_launcher_knows_of_a_failure_is_its_reason(planned, tmp_path):
    def lost(tasks, jobs, /):
        yield from (Ended(task.name, 1, "node 7: lost its power") for task in tasks)

    assert outcomes_of(planned(TWO), tmp_path, lost) == ["node 7: lost its power"] * 4


def test_a_process_that_dies_without_a_word_is_reported(planned, tmp_path):
    def deadly(tasks, jobs, /):
        for task in tasks:
            task.output.write_text("last words\n")
            yield Ended(task.name, -9)

    outcomes = list(execute(planned(TWO), tmp_path / "study", launcher=deadly))
    assert [one.problem for one in outcomes] == [
        "its process was ended by signal 9; was there too little memory?"
    ] * 4
    assert "last words" in TrialFolder(tmp_path / "study" / outcomes[0].id).error.read_text()


def test_the_study_is_described_for_the_report(run, tmp_path):
    plan, _, _ = run(TWO, "blocks={x2: {scale: 2}, x4: {scale: 4}}", stop=1)
    told = json.loads((tmp_path / "study" / "study.json").read_text())
    assert [block["name"] for block in told["blocks"]] == ["x2", "x4"]
    assert told["blocks"][1]["arms"][1]["changes"] == {"model.depth": 2}
    ids = [trial["id"] for block in told["blocks"] for arm in block["arms"] for trial in arm["trials"]]
    assert ids == list(plan.trials)


def test_the_command_can_be_given_again(run, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["srkit", "ablate", "my study.yaml", "title=a; b"])
    run(TWO, stop=1)
    told = json.loads((tmp_path / "study" / "study.json").read_text())
    assert told["command"] == "srkit ablate 'my study.yaml' 'title=a; b'"


def test_a_folder_of_something_else_is_left_alone(run, tmp_path):
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "thesis.txt").write_text("years")
    with pytest.raises(RunError, match="wants a new folder or that of a study, found something else"):
        run(TWO)
    assert [path.name for path in (tmp_path / "study").iterdir()] == ["thesis.txt"]


def test_two_cannot_work_at_one_study(planned, tmp_path):
    def slow(tasks, jobs, /):
        for task in tasks:
            task.output.write_text("")
            yield Ended(task.name, 1)

    def started():
        return execute(planned(TWO), tmp_path / "study", launcher=slow)

    first = started()
    next(first)
    with pytest.raises(RunError, match="another srkit ablate is at work here"):
        next(started())
    first.close()
    assert next(started()).problem
