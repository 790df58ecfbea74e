"""Training on several devices: torch's DistributedDataParallel, one process a device, started by torchrun.

Every process builds the same experiment from the same seed and takes its rows of every
batch, so that a step on four devices is the step that one device takes: the same images,
the same degradations, the same mean gradient (up to the rounding of a sum in another order;
a BatchNorm sees its own rows alone). Outside of ``together`` all this is one process, and free.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel

from srkit.errors import TrainingError
from srkit.pair import Pair

T = TypeVar("T")

PATIENCE = timedelta(hours=1)
"""How long a process waits for the others: the first alone validates and writes."""


def own_device(device: torch.device) -> torch.device:
    """Return the device of this process: of several GPUs, torchrun's local rank says which."""
    if device.type == "cuda" and device.index is None and "LOCAL_RANK" in os.environ:
        return torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    return device


@contextmanager
def together(device: torch.device) -> Iterator[None]:
    """Join the other processes, where torchrun started several; alone, do nothing.

    Args:
        device: What this process computes on, from ``own_device``.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield
    finally:
        dist.destroy_process_group()


def size() -> int:
    """Return the number of processes that train together."""
    return dist.get_world_size() if _joined() else 1


def first() -> bool:
    """Whether this process is the one that writes files and talks to the user."""
    return not _joined() or dist.get_rank() == 0


def agree(value: T) -> T:
    """Return what the first process gives: clocks differ, but all must stop after the same step."""
    if not _joined():
        return value
    said = [value]
    dist.broadcast_object_list(said)
    return said[0]


def parallel(network: nn.Module) -> nn.Module:
    """Return ``network``, its gradients averaged over all processes when it is called for training."""
    return DistributedDataParallel(network) if _joined() else network


def share(pair: Pair) -> Pair:
    """Return the rows of a batch that are this process's; ``names`` stays that of the whole batch.

    Raises:
        TrainingError: The batch cannot be shared out evenly, and a mean of unequal shares is another step.
    """
    if not _joined():
        return pair
    batch, processes, rank = len(pair.low), dist.get_world_size(), dist.get_rank()
    if batch % processes:
        raise TrainingError(
            f"train.batch: wants a multiple of the {processes} processes, got {batch}; "
            f"{processes * max(1, batch // processes)} would do"
        )
    mine = slice(rank * batch // processes, (rank + 1) * batch // processes)
    return Pair(pair.low[mine], pair.high[mine], pair.names)


def mean(value: Tensor) -> Tensor:
    """Return the mean of a scalar over all processes: the loss of the whole batch."""
    if _joined():
        dist.all_reduce(value)
        value /= dist.get_world_size()
    return value


def _joined() -> bool:
    return dist.is_available() and dist.is_initialized()
