"""Numbers as text, with the digits and the unit that a reader of the field expects."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

DIGITS = {"psnr": 2}
"""Digits behind the point of a metric's values; other metrics have four."""

UNITS = {"psnr": "dB"}
MINUS = "\N{MINUS SIGN}"


def label(metric: str) -> str:
    """Return a metric's name with its unit, as the heading of a column."""
    return f"{metric.upper()} ({UNITS[metric]})" if metric in UNITS else metric.upper()


def number(metric: str, value: float, *, sign: bool = False) -> str:
    """Return a value of a metric with its digits, an infinity sign where it is infinite, and a true minus sign."""
    if math.isinf(value):
        return f"{'+' if sign and value > 0 else MINUS if value < 0 else ''}∞"
    return f"{value:{'+' if sign else ''}z.{DIGITS.get(metric, 4)}f}".replace("-", MINUS)


def with_unit(metric: str, value: float, *, space: str = " ") -> str:
    """Return a difference of a metric with its sign, and its unit behind ``space``."""
    unit = f"{space}{UNITS[metric]}" if metric in UNITS else ""
    return f"{number(metric, value, sign=True)}{unit}"


def protocol(values: Mapping[str, Any]) -> str:
    """Return the protocol of a metric as text."""
    return ", ".join(f"{name} {value}" for name, value in values.items()) or "as the metric defines it"


def duration(seconds: float) -> str:
    """Return a time in seconds, minutes or hours, by its size."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.1f} h"


def count(number: int, noun: str) -> str:
    """Return a number with a noun, in the plural unless the number is 1."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
