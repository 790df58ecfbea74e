"""Rows of scores as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from srkit.report.read import Run
from srkit.report.statistics import paired

DIGITS = {"psnr": 2, "ssim": 4}
UNITS = {"psnr": "dB"}


@dataclass(frozen=True)
class Row:
    """One line of the score table: its name, and a cell for each metric and model, gains included."""

    name: str
    cells: tuple[str, ...]
    mean: bool = False


def heading(run: Run) -> list[str]:
    """Return the columns of the score table."""
    return [f"{metric.upper()} {column}" for metric in run.metrics for column in ("bicubic", "srkit", "gain")]


def score_rows(run: Run) -> list[Row]:
    """Return a row for each image, and the mean."""
    rows = []
    for index, image in enumerate(run.images):
        cells: list[str] = []
        for metric in run.metrics:
            cells += _cells(metric, run.values("bicubic", metric)[index], run.values("srkit", metric)[index])
        rows.append(Row(image, tuple(cells)))
    cells = []
    for metric in run.metrics:
        cells += _cells(metric, _mean(run.values("bicubic", metric)), _mean(run.values("srkit", metric)))
    return [*rows, Row("mean", tuple(cells), mean=True)]


def protocol_lines(run: Run) -> list[str]:
    """Return how every metric was measured, a sentence each."""
    return [f"{metric.upper()}: {describe(run.summary['protocol'].get(metric, {}))}" for metric in run.metrics]


def describe(protocol: Mapping[str, Any]) -> str:
    """Return a protocol in words."""
    return ", ".join(f"{name} {value}" for name, value in protocol.items()) or "as the metric defines it"


def headline(run: Run) -> str:
    """Return the gain over bicubic in one sentence, with its interval and protocol."""
    found = paired(run.values("srkit", "psnr"), run.values("bicubic", "psnr"))
    sentence = f"{found.mean:+.2f} dB PSNR over bicubic"
    if found.count > 1:
        sentence += f" (95 % interval {found.low:+.2f} to {found.high:+.2f})"
    return f"{sentence}, better on {found.wins} of {found.count} test images"


def markdown(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """Return a Markdown table; the mean is bold."""
    lines = [["image", *columns], ["---", *("--:" for _ in columns)]]
    for row in rows:
        lines.append([f"**{cell}**" if row.mean else cell for cell in (row.name, *row.cells)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(metric: str, value: float, *, sign: bool = False) -> str:
    """Return a value with the digits its field prints."""
    return f"{value:{'+' if sign else ''}.{DIGITS.get(metric, 4)}f}"


def _cells(metric: str, bicubic: float, srkit: float) -> list[str]:
    gain = 0.0 if bicubic == srkit else srkit - bicubic
    return [number(metric, bicubic), number(metric, srkit), number(metric, gain, sign=True)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
