import json
import re

import pytest

from srkit.errors import RunError
from srkit.report.read import read_results


def fails(study, said):
    with pytest.raises(RunError, match=f"^{re.escape(said)}"):
        read_results(study.folder)


def test_a_study_is_read_whole(study):
    study.tests, study.blocks = ("clean",), ("x2", "x4")
    found = read_results(study.write().folder)
    assert not found.single
    assert (found.title, [arm.name for arm in found.arms]) == ("Which <i>?", list(study.arms))
    assert len(found.trials) == len(found.runs) == 18
    assert [arm.index for arm in found.blocks[1].arms] == [0, 1, 2]
    assert found.blocks[0].base.name == "plain"
    trial = found.blocks[0].arms[1].trials[2]
    assert (trial.seed, trial.problem, set(trial.tests)) == (2, None, {"", "clean"})
    assert trial.tests["clean"].protocol == {"psnr": {"of": "clean"}}
    assert trial.cost.multiply_adds == 10**9
    assert len(trial.measures) == 9


def test_the_baseline_has_the_first_colour_wherever_it_stands(study):
    told = study.write().told()
    told["blocks"][0]["baseline"] = "same"
    (study.folder / "study.json").write_text(json.dumps(told))
    assert {arm.name: arm.index for arm in read_results(study.folder).blocks[0].arms} == {
        "plain": 1,
        "good & <b>": 2,
        "same": 0,
    }


def test_a_shared_trial_is_one_trial(study):
    told = study.write().told()
    arms = told["blocks"][0]["arms"]
    arms[2]["trials"] = arms[0]["trials"]
    (study.folder / "study.json").write_text(json.dumps(told))
    found = read_results(study.folder)
    assert len(found.trials) == 6
    assert found.blocks[0].arms[2].trials[0] is found.blocks[0].arms[0].trials[0]
    assert [name for name, _ in found.titled()][:2] == ["plain, seed 0", "plain, seed 1"]


def test_what_has_failed_or_not_run_is_there_without_scores(study):
    study.write()
    (study.path("same", 1) / "summary.json").unlink()
    (study.path("same", 1) / "error.txt").write_text("step 3: the loss is nan\n\nTraceback")
    (study.path("same", 2) / "summary.json").unlink()
    same = read_results(study.folder).blocks[0].arms[2]
    assert [trial.problem for trial in same.trials] == [None, "step 3: the loss is nan", None]
    assert [trial.seed for trial in same.scored] == [0]


def test_a_study_without_any_scores_says_why(study):
    study.write()
    for arm in study.arms:
        for seed in study.seeds:
            (study.path(arm, seed) / "summary.json").unlink()
    fails(study, f"{study.folder}: wants a trial that has scores, found none of 9")
    (study.path("plain", 1) / "error.txt").write_text("out of memory\n")
    fails(study, f"{study.folder}: wants a trial that has scores, found none of 9; plain, seed 1: out of memory")


DAMAGE = [
    ("study.json", '{\n"title":', "study.json:2: wants JSON, but it is damaged"),
    ("study.json", '{"title": "x"}', "study.json: wants question and command and mode"),
    ("TRIAL/scores.jsonl", '{"model"\n', "TRIAL/scores.jsonl:1: wants a line of JSON, but it is damaged"),
    ("TRIAL/measures.jsonl", '{"step": 1}\n', "TRIAL/measures.jsonl:1: wants measure and value; found step"),
    ("TRIAL/measures.jsonl", '{"step": 1, "measure": "M1", "value": 2}\nx', "TRIAL/measures.jsonl:2: wants a line"),
    ("TRIAL/cost.json", "[]", "TRIAL/cost.json: wants a JSON object, found []"),
    ("TRIAL/tests/clean/protocol.json", "[]", "TRIAL/tests/clean/protocol.json: wants a JSON object, found []"),
    ("TRIAL/tests/clean/scores.jsonl", "}\n", "TRIAL/tests/clean/scores.jsonl:1: wants a line of JSON"),
]


@pytest.mark.parametrize(("file", "text", "said"), DAMAGE, ids=[said for *_, said in DAMAGE])
def test_damage_is_placed(study, file, text, said):
    study.tests = ("clean",)
    trial = study.write().path("same", 1).name
    (study.folder / file.replace("TRIAL", trial)).write_text(text)
    fails(study, f"{study.folder}/{said.replace('TRIAL', trial)}")


def test_a_test_that_lacks_a_score_says_how_to_score_it_again(study):
    study.tests = ("clean",)
    path = study.write().path("same", 1) / "tests" / "clean" / "scores.jsonl"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]))
    with pytest.raises(RunError, match=f"delete {re.escape(str(path))} and start the study again$"):
        read_results(study.folder)
