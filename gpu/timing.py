"""How long work takes on a device."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch

NOMINAL_PEAK = {"H100": 989.4e12, "H200": 989.4e12, "A100": 312e12}
"""FLOP/s of dense bf16 products by the maker's data sheets."""


def device() -> torch.device:
    """Return the GPU, or the CPU in a rehearsal."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def wait() -> None:
    """Wait until the GPU has done everything it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def seconds_a_call(work: Callable[[], Any], *, seconds: float, warm: int = 3, blocks: int = 3) -> float:
    """Return the median seconds of a call, over blocks of calls that take about ``seconds`` in all."""
    for _ in range(warm):
        work()
    wait()
    began = time.perf_counter()
    work()
    wait()
    calls = max(1, round(seconds / blocks / max(time.perf_counter() - began, 1e-6)))
    found = []
    for _ in range(blocks):
        began = time.perf_counter()
        for _ in range(calls):
            work()
        wait()
        found.append((time.perf_counter() - began) / calls)
    return median(found)


def nominal_peak() -> float | None:
    """Return the data sheet's bf16 FLOP/s of this GPU, if it is known."""
    if not torch.cuda.is_available():
        return None
    name = torch.cuda.get_device_name()
    return next((peak for kind, peak in NOMINAL_PEAK.items() if kind in name), None)


def measured_peak(side: int, *, seconds: float) -> float:
    """Return the FLOP/s of a bf16 product of two random matrices."""
    one, other = (torch.randn(side, side, device=device(), dtype=torch.bfloat16) for _ in range(2))
    return 2 * side**3 / seconds_a_call(lambda: one @ other, seconds=seconds)
