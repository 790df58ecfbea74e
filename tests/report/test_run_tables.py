import csv
import io

import pytest

from srkit.records.environment import Environment
from srkit.records.scores import ScoreRow
from srkit.records.summary import Summary
from srkit.report import sentences, tables
from srkit.report.compare import gain_of
from srkit.report.csv_files import scores_csv
from srkit.report.markdown import escaped, table
from srkit.report.numbers import MINUS, duration, number
from srkit.report.read import read_results
from srkit.report.results import ArmResult, BlockResult, Results, RunResult, TrialResult
from srkit.report.scores import ScoreSet

INF = float("inf")


def run(protocol=(), **metrics):
    """A run with scores: for each metric the values of srkit and of bicubic."""
    rows = tuple(
        ScoreRow(model, f"image {index}", metric, value)
        for metric, (srkit, bicubic) in metrics.items()
        for model, values in (("srkit", srkit), ("bicubic", bicubic))
        for index, value in enumerate(values)
    )
    summary = Summary("n", "lapsrn", 2, "y", 1, 1.0, 1, {metric: dict(protocol) for metric in metrics})
    return RunResult(None, summary, Environment(), "", (), ScoreSet(rows, tuple(metrics)), {})


def results(**metrics):
    arm = ArmResult("n", 0, {}, (TrialResult(0, "n", run=run(**metrics)),))
    return Results(None, "n", "", "", "", [0], True, [], (BlockResult("", "n", (arm,)),), "", single=True)


def markdown(found):
    return "\n".join(map(table, tables.image_table(found).parts()))


def test_the_markdown_table(run_folder):
    assert markdown(read_results(run_folder)).splitlines() == [
        "| image | PSNR (dB) bicubic | PSNR (dB) srkit | PSNR (dB) gain | SSIM bicubic | SSIM srkit | SSIM gain |",
        "| --- | --: | --: | --: | --: | --: | --: |",
        "| edges | 28.00 | 30.00 | +2.00 | 0.8000 | 0.9000 | +0.1000 |",
        f"| noise | 20.50 | 20.00 | {MINUS}0.50 | 0.5000 | 0.5000 | +0.0000 |",
        "| flat | ∞ | ∞ | +0.00 | 1.0000 | 1.0000 | +0.0000 |",
        "| mean | ∞ | ∞ | +0.50 | 0.7667 | 0.8000 | +0.0333 |",
    ]


def test_means_are_bold_where_the_gain_is_certain():
    assert markdown(results(psnr=([30.0, 31.0], [29.0, 30.0]))).endswith(
        "| mean | **29.50** | **30.50** | **+1.00** |"
    )
    assert markdown(results(psnr=([30.0, 31.0], [29.0, 32.0]))).endswith("| mean | 30.50 | 30.50 | +0.00 |")


def test_the_mean_gain_is_the_mean_of_gains():
    found = results(psnr=([INF, 31.0], [INF, 30.0]))
    assert tables.image_table(found).foot[3].text == "+0.50"


def test_a_headline_never_goes_without_its_protocol():
    one = gain_of(run({"color": "Y", "border": 4}, psnr=([30.0, 31.0, 31.9], [29.0, 30.0, 31.0])), "psnr")
    assert sentences.headline(one) == (
        "+0.97 dB PSNR over bicubic (95 % interval +0.79 to +1.06), better on 3 of 3 test images; color Y, border 4"
    )
    single = gain_of(run(ssim=([0.5], [0.6])), "ssim")
    assert sentences.headline(single) == (
        f"{MINUS}0.1000 SSIM over bicubic, better on 0 of 1 test image; as the metric defines it"
    )
    unsure = gain_of(run(psnr=([30.0, 31.0], [29.0, 32.0])), "psnr")
    assert f"(95 % interval {MINUS}9.17 to +9.17, which contains zero)" in sentences.headline(unsure)


@pytest.mark.parametrize(("metric", "protocol"), [("lpips", {}), ("mine", {"better": "lower"})])
def test_of_a_distance_less_is_better(metric, protocol):
    one = gain_of(run(protocol, **{metric: ([0.1, 0.3], [0.2, 0.2])}), metric)
    assert (one.lower_is_better, one.difference.wins) == (True, 1)


def test_a_smaller_distance_is_the_good_one():
    found = tables.image_table(results(lpips=([0.1, 0.3], [0.2, 0.2])))
    assert [line[3].good for line in found.lines] == [True, False]
    assert found.columns[3].head == "gain, lower is better"


def test_bars_are_shares_of_the_largest_finite_gain():
    found = results(psnr=([32.0, 29.0, INF, 30.0], [30.0, 30.0, 30.0, 30.0]))
    cells = [line[3] for line in tables.image_table(found).lines]
    assert [(cell.good, cell.share) for cell in cells] == [(True, 1), (False, 0.5), (True, 1), (None, 0)]


@pytest.mark.parametrize(
    ("value", "sign", "text"),
    [
        (1.005, False, "1.00"),
        (-0.5, True, f"{MINUS}0.50"),
        (INF, True, "+∞"),
        (-INF, False, f"{MINUS}∞"),
        (float("nan"), 0, "nan"),
    ],
)
def test_numbers(value, sign, text):
    assert number("psnr", value, sign=sign) == text


def test_the_csv_is_in_full_precision_and_keeps_its_protocol(run_folder):
    rows = list(csv.DictReader(io.StringIO(scores_csv(read_results(run_folder)))))
    assert len(rows) == 6
    assert rows[1] == {
        "image": "noise",
        "metric": "psnr",
        "bicubic": "20.5",
        "srkit": "20.0",
        "gain": "-0.5",
        "protocol": "color Y, range 16..235, border 2, rounded 8 bit",
    }


def test_names_stay_in_their_cell():
    assert escaped("a|b_<i>\n*c*") == r"a\|b\_&lt;i&gt; \*c\*"


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (89, "89 s"), (300, "5.0 min"), (36000, "10.0 h")])
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_the_order_of_metrics_is_that_of_the_config():
    found = tables.image_table(results(ssim=([0.9], [0.8]), psnr=([30.0], [29.0])))
    assert [group for group, _ in found.groups] == ["SSIM", "PSNR (dB)"]
