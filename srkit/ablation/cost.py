"""The costs of a network: parameters, multiply-adds, time and memory."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import torch

from srkit.experiment import Experiment
from srkit.network.multiply_adds import multiply_adds
from srkit.network.network import Network
from srkit.records.log import read_log
from srkit.records.trial import Cost
from srkit.run.build import Built
from srkit.run.clock import WARM_UP


def costs(experiment: Experiment, built: Built, log: Path) -> Cost:
    """Return the costs of a trained network; its peak memory is the peak memory of this process."""
    return Cost(
        parameters=built.parameters,
        multiply_adds=multiply_adds(Network.of(built.model, experiment.scale, experiment.color)),
        seconds_per_step=_seconds_per_step(log),
        peak_memory=_peak_memory(),
    )


def _seconds_per_step(log: Path) -> float | None:
    """Return the median seconds of a step over the log's training records, without those of the warm-up.

    Time between steps does not count. The result is None if the log has no such record.
    """
    laps = [record for record in read_log(log) if record.event == "train"]
    starts = [0, *(lap.step for lap in laps)]
    times = [lap.number("seconds_per_step") for start, lap in zip(starts, laps, strict=False) if start >= WARM_UP]
    return statistics.median(times) if times else None


def _peak_memory() -> int | None:
    if torch.cuda.is_available() and (found := torch.cuda.max_memory_allocated()):
        return int(found)
    try:
        import resource
    except ImportError:  # Windows does not report it
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
