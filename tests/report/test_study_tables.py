import csv
import io
import json

from srkit.report import markdown, provenance, sentences, tables
from srkit.report.csv_files import measures_csv, scores_csv
from srkit.report.numbers import MINUS
from srkit.report.read import read_results
from srkit.report.sections import document


def fail(study, arm, seed, why="step 3: the loss is nan"):
    (study.path(arm, seed) / "summary.json").unlink()
    if why:
        (study.path(arm, seed) / "error.txt").write_text(why + "\n\nTraceback")


def scores(study, metric="psnr"):
    found = read_results(study.folder)
    return markdown.table(tables.score_table(found, found.blocks[0], [metric])).splitlines()


def test_the_score_table(study):
    assert scores(study.write()) == [
        "| arm | PSNR (dB) | over bicubic | against baseline | wins |",
        "| --- | --: | --: | --: | --: |",
        "| plain (baseline) | 29.10 ± 0.10 | +1.00 | - | - |",
        "| good &amp; &lt;b&gt; | 29.60 ± 0.10 | +1.50 | **+0.50** (+0.49 to +0.51) | 9 of 9 |",
        f"| same | 29.12 ± 0.13 | +1.02 | +0.02 ({MINUS}0.09 to +0.24) | 5 of 9 |",
    ]


def test_several_metrics_stand_side_by_side(study):
    found = read_results(study.write().folder)
    one = tables.score_table(found, found.blocks[0], ["psnr", "ssim"])
    assert [column.group for column in one.columns] == [""] + ["PSNR (dB)"] * 4 + ["SSIM"] * 4
    assert one.lines[1][3].text == "+0.50"
    assert one.lines[1][7].text == "+0.0099"
    assert [(cell.strong, cell.good) for cell in one.lines[1][3:8:4]] == [(True, True)] * 2
    assert not one.lines[2][3].strong


def test_arms_that_are_missing_are_named(study):
    study.write()
    for seed in study.seeds:
        fail(study, "good & <b>", seed)
    fail(study, "same", 1, why="")
    assert scores(study)[3] == "| good &amp; &lt;b&gt; (failed) | - | - | - | - |"
    assert scores(study)[4].startswith("| same (2 of 3 seeds) |")
    assert scores(study)[4].endswith("of 6 |")
    assert sentences.missing(read_results(study.folder)) == [
        *((f"good & <b>, seed {seed}", "step 3: the loss is nan") for seed in study.seeds),
        ("same, seed 1", "has no scores yet"),
    ]


def test_an_arm_that_has_not_begun_is_no_failure(study):
    study.write()
    for seed in study.seeds:
        fail(study, "same", seed, why="")
    assert scores(study)[4] == "| same (no scores yet) | - | - | - | - |"


def test_tests_get_a_table_of_arms_by_tests(study):
    study.tests = ("clean",)
    found = read_results(study.write().folder)
    lines = markdown.table(tables.further_table(found, found.blocks[0], "psnr")).splitlines()
    assert lines[0] == ("| arm | as trained: PSNR (dB) | against baseline | clean: PSNR (dB) | against baseline |")
    assert lines[3] == (
        "| good &amp; &lt;b&gt; | 29.60 ± 0.10 | **+0.50** (+0.49 to +0.51) "
        "| 27.60 ± 0.10 | **+0.50** (+0.49 to +0.51) |"
    )
    assert sentences.protocols(found.blocks[0], "clean") == "PSNR: of clean; SSIM: as the metric defines it"


def test_where_arms_have_tests_of_their_own_the_further_ones_give_the_answer(study):
    study.tests = ("clean", "noisy")
    study.write()
    for seed in study.seeds:
        path = study.path("good & <b>", seed) / "config.yaml"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"degradation": {"use": "jpeg"}}))
    assert scores(study)[3].endswith("| +1.50 | - (another test) | - |")
    about = [answer.about for answer in sentences.answers(read_results(study.folder))]
    assert about == ["test clean, PSNR against arm plain", "test noisy, PSNR against arm plain"]


def test_a_test_that_has_not_run_is_named(study):
    study.tests = ("clean",)
    study.write()
    (study.path("same", 0) / "tests" / "clean" / "scores.jsonl").unlink()
    found = read_results(study.folder)
    assert sentences.missing(found) == [("same, seed 0", "has not been tested on clean yet")]


def test_measures_are_shown_at_both_ends(study):
    found = read_results(study.write().folder)
    lines = markdown.table(tables.checkerboard_table(found, found.blocks[0])).splitlines()
    assert lines[0] == "| arm | M1 (grey levels) | M2 (dB) |"
    # M1 is (2 + seed) / (1 + step), seeds 0..2 and steps 0..20; M2 is step - 5 on one image, one more on the other
    assert lines[2] == f"| plain (baseline) | 3.000 → 0.143 | {MINUS}4.5 → +15.5 |"


def test_costs_stand_by_themselves(study):
    found = read_results(study.write().folder)
    assert markdown.table(tables.cost_table(found.blocks[0])).splitlines()[:3] == [
        "| arm | parameters | multiply-adds | steps | seconds per step | peak memory | training |",
        "| --- | --: | --: | --: | --: | --: | --: |",
        "| plain (baseline) | 1,000 | 1.00 G | 20 | 0.5000 | 1,024 MiB | 60 s |",
    ]
    assert not any(word in markdown.lasting(document(found)) for word in ("seconds per step", "MiB", "Z80", "2026"))


def test_the_answer_names_every_arm_by_how_it_stands(study):
    (answer,) = sentences.answers(read_results(study.write().folder))
    assert answer.about == "PSNR against plain"
    assert answer.verdicts == {
        "better": "good & <b> (+0.50\N{NO-BREAK SPACE}dB)",
        "not certain": "same (+0.02\N{NO-BREAK SPACE}dB)",
    }


def test_without_intervals_that_is_said(study):
    study.intervals = False
    found = read_results(study.write().folder)
    assert sentences.answers(found)[0].verdicts["not certain"].endswith("; there are no intervals")
    assert sentences.comparison(found)[1].startswith("There are no intervals (the study wants none)")
    assert "**" not in markdown.lasting(document(found))


def test_one_seed_has_no_interval(study):
    study.seeds = (0,)
    found = read_results(study.write().folder)
    assert "one seed does not tell how another would differ" in sentences.comparison(found)[1]
    assert "**" not in markdown.lasting(document(found))


def test_one_image_tells_of_seeds_alone(study):
    study.images = ("edges",)
    assert (
        "With one image the intervals tell of seeds alone."
        in sentences.comparison(read_results(study.write().folder))[1]
    )


def test_each_block_has_its_own_protocol(study):
    study.blocks = ("x2", "x4")
    found = read_results(study.write().folder)
    assert [sentences.protocols(block) for block in found.blocks] == [
        f"PSNR and SSIM: color Y, range 16..235, border {border}, rounded 8 bit" for border in (2, 4)
    ]
    text = markdown.lasting(document(found))
    assert text.index("### x2") < text.index("border 2") < text.index("### x4") < text.index("border 4")


def test_the_csv_files_hold_every_value(study):
    study.tests, study.blocks = ("clean",), ("x2", "x4")
    found = read_results(study.write().folder)
    rows = list(csv.DictReader(io.StringIO(scores_csv(found))))
    assert len(rows) == 2 * 3 * 3 * 2 * 3 * 2  # blocks, arms, seeds, tests, images, metrics
    row = next(r for r in rows if (r["arm"], r["seed"], r["image"], r["metric"]) == ("same", "2", "flat", "psnr"))
    assert (float(row["srkit"]), float(row["bicubic"])) == study.score("same", "flat", 2)
    assert (row["block"], row["test"]) == ("x2", "")
    assert row["protocol"] == "color Y, range 16..235, border 2, rounded 8 bit"
    measured = list(csv.DictReader(io.StringIO(measures_csv(found))))
    assert len(measured) == 2 * 3 * 3 * 3 * 3
    assert {row["image"] for row in measured if row["measure"] == "M1"} == {""}


def test_machines_are_told_once(study):
    found = read_results(study.write().folder)
    machinery = provenance.machinery(found)
    assert machinery["processor"] == "Z80"
    assert machinery["started"] == "2026-01-01 00:00"
    assert machinery["training"] == "9.0 min in all, added up over 9 trials"
    assert machinery["command"] == "srkit ablate which.yaml"
