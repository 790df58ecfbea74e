import csv
import io

import pytest

from srkit.report import tables
from srkit.report.read import read_run
from srkit.report.scores import Score, Scores, compare
from srkit.report.tables import MINUS
from srkit.report.write import comparisons_of

INF = float("inf")


def scores(**metrics):
    return Scores(
        tuple(
            Score(model, f"image {index}", metric, value)
            for metric, (srkit, bicubic) in metrics.items()
            for model, values in (("srkit", srkit), ("bicubic", bicubic))
            for index, value in enumerate(values)
        )
    )


def test_the_markdown_table(run_folder):
    assert tables.markdown(comparisons_of(read_run(run_folder))).splitlines() == [
        "| image | PSNR (dB) bicubic | PSNR (dB) srkit | PSNR (dB) gain | SSIM bicubic | SSIM srkit | SSIM gain |",
        "| --- | --: | --: | --: | --: | --: | --: |",
        "| edges | 28.00 | 30.00 | +2.00 | 0.8000 | 0.9000 | +0.1000 |",
        f"| noise | 20.50 | 20.00 | {MINUS}0.50 | 0.5000 | 0.5000 | +0.0000 |",
        "| flat | ∞ | ∞ | +0.00 | 1.0000 | 1.0000 | +0.0000 |",
        "| mean | ∞ | ∞ | +0.50 | 0.7667 | 0.8000 | +0.0333 |",
    ]


def test_means_are_bold_where_the_gain_is_certain():
    sure = compare(scores(psnr=([30.0, 31.0], [29.0, 30.0])), "psnr", {})
    assert tables.markdown([sure]).endswith("| mean | **29.50** | **30.50** | **+1.00** |")
    unsure = compare(scores(psnr=([30.0, 31.0], [29.0, 32.0])), "psnr", {})
    assert tables.markdown([unsure]).endswith("| mean | 30.50 | 30.50 | +0.00 |")


def test_the_mean_gain_is_the_mean_of_gains():
    one = compare(scores(psnr=([INF, 31.0], [INF, 30.0])), "psnr", {})
    assert tables.mean_line([one]).cells[2].text == "+0.50"


def test_a_headline_never_goes_without_its_protocol():
    one = compare(scores(psnr=([30.0, 31.0, 31.9], [29.0, 30.0, 31.0])), "psnr", {"color": "Y", "border": 4})
    assert tables.headline(one) == (
        "+0.97 dB PSNR over bicubic (95 % interval +0.79 to +1.06), better on 3 of 3 test images; color Y, border 4"
    )
    single = compare(scores(ssim=([0.5], [0.6])), "ssim", {})
    assert tables.headline(single) == (
        f"{MINUS}0.1000 SSIM over bicubic, better on 0 of 1 test image; as the metric defines it"
    )
    unsure = compare(scores(psnr=([30.0, 31.0], [29.0, 32.0])), "psnr", {})
    assert f"(95 % interval {MINUS}9.17 to +9.17, which holds zero)" in tables.headline(unsure)


@pytest.mark.parametrize(("metric", "protocol"), [("lpips", {}), ("mine", {"better": "lower"})])
def test_of_a_distance_less_is_better(metric, protocol):
    one = compare(scores(**{metric: ([0.1, 0.3], [0.2, 0.2])}), metric, protocol)
    assert one.difference.wins == 1
    assert [line.cells[2].good for line in tables.image_lines([one])] == [True, False]


def test_bars_are_shares_of_the_largest_finite_gain():
    one = compare(scores(psnr=([32.0, 29.0, INF, 30.0], [30.0, 30.0, 30.0, 30.0])), "psnr", {})
    cells = [line.cells[2] for line in tables.image_lines([one])]
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
    assert tables.number("psnr", value, sign=sign) == text


def test_the_csv_is_in_full_precision_and_keeps_its_protocol(run_folder):
    rows = list(csv.DictReader(io.StringIO(tables.to_csv(comparisons_of(read_run(run_folder))))))
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
    assert tables.escaped("a|b_<i>\n*c*") == r"a\|b\_&lt;i&gt; \*c\*"
