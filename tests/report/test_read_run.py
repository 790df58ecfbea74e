import json
import re

import pytest

from srkit.errors import RunError
from srkit.records.summary import Summary
from srkit.report.read import read_results, read_run, read_scores


def test_a_torn_log_is_read_up_to_the_tear(run_folder):
    run = read_run(run_folder)
    assert len(run.log) == 22
    assert run.curve("validate", "psnr") == ([5, 10], [25, 30])
    assert run.summary.best_step == 10
    assert run.settings["scale"] == 2
    assert set(run.kernels) == {"edges", "noise"}


def test_kernels_and_later_keys_may_be_missing(run_folder):
    (run_folder / "pictures" / "kernels.npz").unlink()
    summary = json.loads((run_folder / "summary.json").read_text())
    del summary["best_step"]
    (run_folder / "summary.json").write_text(json.dumps(summary | {"of_next_year": 1}))
    run = read_run(run_folder)
    assert (run.summary.best_step, run.kernels) == (None, {})


@pytest.mark.parametrize(
    ("files", "what"),
    [
        (["summary.json"], "summary.json is missing"),
        (["scores.jsonl", "summary.json"], "scores.jsonl and summary.json are missing"),
    ],
)
def test_an_unfinished_run_is_named(run_folder, files, what):
    for file in files:
        (run_folder / file).unlink()
    said = f"{run_folder}: wants a finished run, but {what}; go on with it by --resume {run_folder}"
    with pytest.raises(RunError, match=f"^{re.escape(said)}$"):
        read_run(run_folder)


def test_what_is_no_run_is_named(run_folder, tmp_path):
    with pytest.raises(
        RunError,
        match=r"wants a run folder, .*; found nothing of that name$",
    ):
        read_run(tmp_path / "nowhere")
    for path in read_run(run_folder).files.finished:
        path.unlink()
    with pytest.raises(RunError, match="found none of its files"):
        read_run(run_folder)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("summary.json", '{"name": 1,\n', "summary.json:2: wants JSON, but it is damaged"),
        ("summary.json", "[1]", r"summary.json: wants a JSON object, found [1]"),
        ("summary.json", '{"name": "x", "model": "y"}', "summary.json: wants scale and color and steps"),
        ("log.jsonl", '{"event": "plan"}\n{"ev\n{}\n', "log.jsonl:2: wants a line of JSON, but it is damaged"),
        ("log.jsonl", "5\n{}\n", "log.jsonl:1: wants a JSON object, found 5"),
        ("log.jsonl", '{"step": 5}\n', "log.jsonl:1: wants an event and a step; found"),
        (
            "scores.jsonl",
            '{"model": "a", "image": "b", "metric": "c", "value": "d"}\n',
            "scores.jsonl:1: value: wants",
        ),
        ("scores.jsonl", '{"model": "srkit"}\n', "scores.jsonl:1: wants image and metric and value; found model"),
    ],
)
def test_damage_is_placed(run_folder, file, text, said):
    (run_folder / file).write_text(text)
    with pytest.raises(RunError, match=re.escape(said)):
        read_run(run_folder)


def test_a_missing_score_is_named(run_folder):
    path = run_folder / "scores.jsonl"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]))
    said = (
        f"{path}: wants ssim of 'bicubic' on 'flat' beside the other scores, found none; "
        f"delete {run_folder / 'summary.json'} and score again by --resume {run_folder}"
    )
    with pytest.raises(RunError, match=f"^{re.escape(said)}$"):
        read_run(run_folder)
    path.write_text("")
    with pytest.raises(RunError, match=r"scores\.jsonl: wants scores, found none; score again$"):
        read_scores(path, Summary.read(run_folder / "summary.json"), "score again")


def test_a_model_that_was_not_scored_at_all_is_named(run_folder):
    path = run_folder / "scores.jsonl"
    path.write_text("".join(line + "\n" for line in path.read_text().splitlines() if "bicubic" not in line))
    with pytest.raises(RunError, match="wants psnr of 'bicubic' on 'edges' beside the other scores"):
        read_run(run_folder)


def test_metrics_come_in_the_order_of_the_config(run_folder):
    path = run_folder / "scores.jsonl"
    path.write_text("".join(line + "\n" for line in reversed(path.read_text().splitlines())))
    assert read_run(run_folder).scores.metrics == ["psnr", "ssim"]


def test_a_run_is_a_study_of_one_arm(run_folder):
    results = read_results(run_folder)
    (block,) = results.blocks
    (arm,) = block.arms
    (trial,) = arm.trials
    assert results.single
    assert (block.base, arm.index, results.seeds) == (arm, 0, [7])
    assert results.runs == [trial.run]
    assert trial.tests[""].scores.values("srkit", "psnr")[2] == float("inf")
    assert (results.network, results.interpolation) == ("srkit", "bicubic")
    assert results.command == "srkit run 'a b'"
