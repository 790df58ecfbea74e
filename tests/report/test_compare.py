import json
import math

import numpy as np
import pytest

from srkit.report.compare import metrics, standings, values
from srkit.report.read import read_results
from srkit.report.statistics import crossed


def standing(study, arm, metric="psnr", test=""):
    found = read_results(study.folder)
    return next((one for one in standings(found, found.blocks[0], metric, test) if one.arm.name == arm), None)


def rewrite(path, change):
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows if change(row) is not False))


def test_differences_are_paired_by_image_and_seed(study):
    one = standing(study.write(), "good & <b>")
    pairs = np.array(
        [
            [study.score("good & <b>", i, s)[0] - study.score("plain", i, s)[0] for s in study.seeds]
            for i in study.images
        ]
    )
    assert one.difference.mean == pytest.approx(pairs.mean())
    assert one.by_seed == pytest.approx(pairs.mean(0))
    assert (one.difference.wins, one.difference.count) == (9, 9)
    expected = crossed(pairs, np.zeros_like(pairs))
    assert (one.difference.low, one.difference.high) == pytest.approx((expected.low, expected.high))
    assert one.better is True


def test_mean_spread_and_gain_are_those_of_the_arm(study):
    one = standing(study.write(), "good & <b>")
    means = [np.mean([study.score("good & <b>", i, s)[0] for i in study.images]) for s in study.seeds]
    assert one.mean == pytest.approx(np.mean(means))
    assert one.spread == pytest.approx(np.std(means, ddof=1))
    assert one.gain == pytest.approx(1.5, abs=0.03)
    assert one.seeds == 3


def test_the_baseline_is_not_compared_with_itself_and_a_tie_is_not_certain(study):
    assert standing(study.write(), "plain").difference is None
    same = standing(study, "same")
    assert same.difference.low < 0 < same.difference.high
    assert same.better is None


def test_a_distance_is_better_when_smaller(study):
    study.write()
    for arm in study.arms:
        for seed in study.seeds:
            path = study.path(arm, seed) / "summary.json"
            summary = json.loads(path.read_text())
            summary["protocol"]["psnr"]["better"] = "lower"
            path.write_text(json.dumps(summary))
    one = standing(study, "good & <b>")
    assert (one.difference.wins, one.better) == (0, False)


def test_seeds_that_one_of_them_lacks_are_left_out(study):
    study.write()
    (study.path("plain", 1) / "summary.json").unlink()
    (study.path("same", 2) / "summary.json").unlink()
    same = standing(study, "same")
    assert (same.seeds, same.difference.count) == (2, 3)
    assert math.isnan(same.difference.low)  # one common seed is left, so no interval
    assert same.better is None


def test_an_arm_without_scores_or_a_baseline_without(study):
    study.write()
    for seed in study.seeds:
        (study.path("same", seed) / "summary.json").unlink()
    assert standing(study, "same") is None
    for seed in study.seeds:
        (study.path("plain", seed) / "summary.json").unlink()
    assert standing(study, "good & <b>").difference is None


def test_images_that_one_of_them_lacks_are_left_out(study):
    study.write()
    for seed in study.seeds:
        rewrite(study.path("same", seed) / "scores.jsonl", lambda row: row["image"] != "flat")
        rewrite(study.path("plain", seed) / "scores.jsonl", lambda row: row["image"] != "edges")
    assert standing(study, "same").difference.count == 3


def test_without_intervals_nothing_is_certain(study):
    study.intervals = False
    one = standing(study.write(), "good & <b>")
    assert one.difference.mean == pytest.approx(0.5, abs=0.03)
    assert math.isnan(one.difference.low)
    assert one.better is None


def test_an_infinite_score_is_told_and_breaks_nothing(study):
    study.write()

    def perfect(row):
        if (row["image"], row["model"], row["metric"]) == ("flat", "srkit", "psnr"):
            row["value"] = math.inf

    rewrite(study.path("same", 1) / "scores.jsonl", perfect)
    one = standing(study, "same")
    assert (one.mean, one.difference.mean, one.spread) == (math.inf, math.inf, None)


def test_tests_are_compared_by_themselves(study):
    study.tests = ("clean",)
    study.write()
    own, clean = standing(study, "good & <b>"), standing(study, "good & <b>", test="clean")
    assert clean.mean == pytest.approx(own.mean - 2)
    assert clean.protocol == {"of": "clean"}
    assert standing(study, "good & <b>", test="never") is None


@pytest.mark.parametrize(
    ("option", "value"), [("degradation", {"use": "jpeg"}), ("data", {"test": "others"}), ("scale", 4)]
)
def test_arms_that_were_given_other_images_are_not_compared(study, option, value):
    study.tests = ("clean",)
    study.write()
    for seed in study.seeds:
        path = study.path("good & <b>", seed) / "config.yaml"
        path.write_text(json.dumps(json.loads(path.read_text()) | {option: value}))
    one = standing(study, "good & <b>")
    assert (one.difference, one.better, one.alike) == (None, None, False)
    assert one.gain == pytest.approx(1.5, abs=0.03)
    assert standing(study, "same").alike
    assert standing(study, "good & <b>", test="clean").difference.wins == 9  # there both have the same images


@pytest.mark.parametrize(
    ("test", "alike"),
    [
        ({"use": "pairs", "high": "a", "low": "b"}, True),
        ({"use": "patches", "of": {"use": "pairs", "high": "a", "low": "b"}}, True),
        ({"use": "mix", "sets": [{"use": "pairs", "high": "a", "low": "b"}]}, True),
        ({"use": "folder", "path": "pairs"}, False),
    ],
)
def test_pairs_bring_lr_of_their_own_whatever_the_degradations_of_the_arms(study, test, alike):
    study.write()
    for number, arm in enumerate(study.arms):
        for seed in study.seeds:
            path = study.path(arm, seed) / "config.yaml"
            config = json.loads(path.read_text()) | {
                "data": {"test": test},
                "degradation": {"use": f"own {number}"},
            }
            path.write_text(json.dumps(config))
    assert standing(study, "good & <b>").alike == alike


def test_arms_that_were_measured_in_other_ways_are_not_compared(study):
    study.write()
    path = study.path("same", 2) / "summary.json"
    summary = json.loads(path.read_text())
    summary["protocol"]["psnr"]["border"] = 0
    path.write_text(json.dumps(summary))
    assert standing(study, "same").difference is None
    assert standing(study, "same", "ssim").difference is not None


def test_metrics_come_in_the_order_of_the_config(study):
    study.write()
    for arm in study.arms:
        for seed in study.seeds:
            path = study.path(arm, seed) / "scores.jsonl"
            path.write_text("\n".join(reversed(path.read_text().splitlines())))
    block = read_results(study.folder).blocks[0]
    assert metrics(block) == ["psnr", "ssim"]
    assert metrics(block, "never") == []
    assert values(block.base, "psnr")[1]["noise"] == study.score("plain", "noise", 1)[0]
