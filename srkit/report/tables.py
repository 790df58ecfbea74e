"""Comparisons in words and tables: the page's, Markdown's, and a CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from srkit.report.scores import Comparison
from srkit.report.statistics import difference

DIGITS = {"psnr": 2}
UNITS = {"psnr": "dB"}
COLUMNS = ("bicubic", "srkit", "gain")
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Cell:
    """A number as it is shown. A gain is ``good`` or not, and has a ``share`` of the largest one."""

    text: str
    good: bool | None = None
    share: float = 0.0


@dataclass(frozen=True)
class Line:
    """One line of the score table: an image's, or the mean's."""

    name: str
    cells: tuple[Cell, ...]


def image_lines(comparisons: Sequence[Comparison]) -> list[Line]:
    """Return a line for each image, with bicubic, srkit and gain of every metric."""
    columns = [_image_cells(one) for one in comparisons]
    return [
        Line(image, tuple(cell for cells in columns for cell in cells[index]))
        for index, image in enumerate(comparisons[0].images)
    ]


def mean_line(comparisons: Sequence[Comparison]) -> Line:
    """Return the line of means over images; the gain is the mean of gains."""
    return Line("mean", tuple(cell for one in comparisons for cell in _cells(one, *one.means, one.difference.mean)))


def _image_cells(one: Comparison) -> list[tuple[Cell, ...]]:
    gains = [difference(*pair) for pair in zip(one.values, one.baseline, strict=True)]
    largest = max((abs(gain) for gain in gains if math.isfinite(gain)), default=0.0)
    rows = zip(one.baseline, one.values, gains, strict=True)
    return [_cells(one, baseline, value, gain, largest) for baseline, value, gain in rows]


def _cells(one: Comparison, baseline: float, value: float, gain: float, largest: float = 0) -> tuple[Cell, ...]:
    good = None if gain == 0 or math.isnan(gain) else (gain < 0) == one.lower_is_better
    share = min(1.0, abs(gain) / largest) if largest and not math.isnan(gain) else 0.0
    shown = number(one.metric, baseline), number(one.metric, value), number(one.metric, gain, sign=True)
    return Cell(shown[0]), Cell(shown[1]), Cell(shown[2], good, share)


def label(metric: str) -> str:
    """Return a metric's name with its unit, as it heads a column."""
    return f"{metric.upper()} ({UNITS[metric]})" if metric in UNITS else metric.upper()


def number(metric: str, value: float, *, sign: bool = False) -> str:
    """Return a value with the digits its field prints, and a true minus sign."""
    if math.isinf(value):
        text = "∞" if value > 0 else "-∞"
        return ("+" if sign and value > 0 else "") + text.replace("-", MINUS)
    return f"{value:{'+' if sign else ''}z.{DIGITS.get(metric, 4)}f}".replace("-", MINUS)


def interval(one: Comparison) -> str:
    """Return the interval of the mean difference in words; nothing where one image cannot give it."""
    if one.difference.count < 2:
        return ""
    low, high = (number(one.metric, bound, sign=True) for bound in (one.difference.low, one.difference.high))
    return f"95 % interval {low} to {high}"


def wins(one: Comparison) -> str:
    """Return on how many images the model is better."""
    count = one.difference.count
    return f"better on {one.difference.wins} of {count} test image{'s' if count > 1 else ''}"


def protocol(values: Mapping[str, Any]) -> str:
    """Return a protocol in words."""
    return ", ".join(f"{name} {value}" for name, value in values.items()) or "as the metric defines it"


def headline(one: Comparison) -> str:
    """Return the gain over bicubic in one sentence, with interval, wins and protocol."""
    gain = " ".join(filter(None, [number(one.metric, one.difference.mean, sign=True), UNITS.get(one.metric)]))
    doubt = "" if one.difference.certain or one.difference.count < 2 else ", which holds zero"
    within = f" ({interval(one)}{doubt})" if interval(one) else ""
    return f"{gain} {one.metric.upper()} over bicubic{within}, {wins(one)}; {protocol(one.protocol)}"


def markdown(comparisons: Sequence[Comparison]) -> str:
    """Return the scores as a Markdown table; the mean is bold where its gain is certain."""
    columns = [f"{label(one.metric)} {column}" for one in comparisons for column in COLUMNS]
    lines = [["image", *columns], ["---", *("--:" for _ in columns)]]
    lines += [[escaped(line.name), *(cell.text for cell in line.cells)] for line in image_lines(comparisons)]
    bold = [one.difference.certain for one in comparisons for _ in COLUMNS]
    means = mean_line(comparisons)
    lines.append(
        ["mean", *(f"**{c.text}**" if sure else c.text for c, sure in zip(means.cells, bold, strict=True))]
    )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def escaped(text: str) -> str:
    """Return text that Markdown takes as it is, in a table too."""
    for mark in "\\`*_[]|#":
        text = text.replace(mark, "\\" + mark)
    return " ".join(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split())


def to_csv(comparisons: Sequence[Comparison]) -> str:
    """Return a row for each image and metric, in full precision, its protocol beside it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["image", "metric", *COLUMNS, "protocol"])
    for one in comparisons:
        for image, value, baseline in zip(one.images, one.values, one.baseline, strict=True):
            gain = difference(value, baseline)
            writer.writerow([image, one.metric, baseline, value, gain, protocol(one.protocol)])
    return text.getvalue()
