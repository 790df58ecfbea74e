"""The states of torch's random generators, which dropout and similar layers use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor


def generator_states(device: torch.device) -> dict[str, Tensor]:
    """Return the states of the generators that a training on ``device`` uses."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":  # of this device alone: asking for all would start all devices
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def restore_generators(states: Mapping[str, Tensor], device: torch.device) -> None:
    """Set the generators to ``states``; on another kind of device, its generator keeps its own state."""
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"], device)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Have torch draw what depends on ``seed`` alone, and leave its generators as they were."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield
