"""The costs of a network: parameters, multiply-adds, time and memory."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from srkit.experiment import Experiment
from srkit.network.network import Network
from srkit.records.log import read_log
from srkit.records.trial import Cost
from srkit.run.build import Built
from srkit.run.clock import WARM_UP

HD = (720, 1280)
"""Height and width of the HR image for which multiply-adds are reported, as in papers (Ahn et al. 2018)."""

SMALL = 32
"""Side of the LR image on which multiply-adds are counted, in pixels."""


def costs(experiment: Experiment, built: Built, log: Path) -> Cost:
    """Return the costs of a trained network; its peak memory is the peak memory of this process."""
    return Cost(
        parameters=built.parameters,
        multiply_adds=multiply_adds(Network.of(built.model, experiment.scale, experiment.color)),
        seconds_per_step=_seconds_per_step(log),
        peak_memory=_peak_memory(),
    )


def multiply_adds(network: Network) -> int:
    """Return the multiply-adds of convolutions and matrix products for one HR image of 1280x720.

    They are counted on a small image and scaled by the area: the work of a convolutional network grows with it.
    """
    place = next(network.module.parameters(), torch.empty(0)).device
    low = torch.zeros(1, network.color.channels, SMALL, SMALL, device=place)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network.module.eval()(low)
    flops: int = counter.get_total_flops()
    return round(flops / 2 * HD[0] * HD[1] / (SMALL * network.scale) ** 2)


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
