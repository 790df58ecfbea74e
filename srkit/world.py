"""The processes that train together, one for each device, as torchrun starts them; one alone needs no messages.

Every process builds the same experiment from the same seed and prepares its own rows of every batch, so that a
step on four devices is the step that one device takes: the same crops, the same degradations and the same mean
gradient, up to the rounding of a sum in another order. (A BatchNorm sees the rows of its own process alone.)
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel

from srkit.errors import TrainingError

T = TypeVar("T")

PATIENCE = timedelta(hours=1)
"""Longest wait for the other processes, one of which may be writing a large file."""

LARGEST_PORT = 65535
"""The largest port of TCP."""

LOST = ("Connection closed by peer", "Connection reset by peer", "Broken pipe")
"""Parts of gloo's messages about a process that has gone; gloo's errors have no class of their own."""

RENDEZVOUS = ("RANK", "MASTER_ADDR", "MASTER_PORT")
"""The variables, besides WORLD_SIZE, by which torchrun lets processes find each other."""


@dataclass(frozen=True)
class World:
    """One of the processes that train together, and what they do in common.

    Every method that exchanges something must be called by all processes in the same order.

    Attributes:
        rank: The number of this process, from 0.
        size: The number of processes.
    """

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes files and talks to the user."""
        return self.rank == 0

    def rows(self, batch: int, pieces: int = 1) -> slice:
        """Return the rows of a batch of ``batch`` crops that this process prepares and trains on.

        Args:
            batch: Crops in a step, of all processes together.
            pieces: The number of equal pieces that each process computes its rows in.

        Raises:
            TrainingError: The batch cannot be shared out evenly; a mean of unequal shares would be another step.
        """
        if batch % (shares := self.size * pieces):
            times = f" times train.accumulate={pieces}" if pieces > 1 else ""
            raise TrainingError(
                f"train.batch: wants a multiple of the {self.size} processes{times}, got {batch}; "
                f"{shares * max(1, batch // shares)} would do"
            )
        return slice(self.rank * batch // self.size, (self.rank + 1) * batch // self.size)

    def agree(self, value: T) -> T:
        """Return the value of the first process; clocks differ, but all must stop after the same step."""
        if self.size == 1:
            return value
        values = [value]
        dist.broadcast_object_list(values)
        return values[0]

    def gather(self, value: T) -> list[T]:
        """Return the values of all processes, in the order of their ranks, to all of them."""
        if self.size == 1:
            return [value]
        values: list[T | None] = [None] * self.size
        dist.all_gather_object(values, value)
        return cast("list[T]", values)

    def mean(self, value: Tensor) -> Tensor:
        """Return the mean of a tensor over all processes; it must have the same shape in each."""
        if self.size > 1:
            value = value.clone()
            dist.all_reduce(value)
            value /= self.size
        return value

    def whole(self, rows: Tensor) -> Tensor:
        """Return the whole batch (N,...) from the equally many rows (N/size,...) of every process."""
        if self.size == 1:
            return rows
        parts = [torch.empty_like(rows) for _ in range(self.size)]
        dist.all_gather(parts, rows.contiguous())
        return torch.cat(parts)

    def joined_rows(self, rows: Tensor) -> Tensor:
        """Return the whole batch as ``whole`` does, for a loss that all processes compute of all rows.

        The gradient passes to this process's own rows, times the number of processes. So the mean over the
        processes of a gradient by weights is the gradient of that loss.
        """
        return rows if self.size == 1 else cast("Tensor", _JoinedRows.apply(rows, self))  # type: ignore[no-untyped-call]

    def average(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace every gradient by its mean over all processes, in one message.

        ``parallel`` does the same while it computes gradients, but cannot where a loss is itself a gradient.
        """
        gradients = [one.grad for one in parameters if one.grad is not None]
        if self.size == 1 or not gradients:
            return
        means = self.mean(torch.cat([one.reshape(-1) for one in gradients]))
        first = 0
        for one in gradients:
            one.copy_(means[first : first + one.numel()].view_as(one))
            first += one.numel()

    def parallel(self, network: nn.Module) -> nn.Module:
        """Return ``network``, whose gradients are averaged over all processes when it is called for training.

        Not every parameter must be used in every step: the gradient of an unused one stays None. A pass that
        trains none of its parameters, such as a critic's for the loss of another network, must call ``network``
        itself, since no gradient would end the exchange that the call begins.
        """
        return averaged(network) if self.size > 1 else network


class _JoinedRows(torch.autograd.Function):
    """The whole batch of the rows of all processes."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, world: World) -> Tensor:
        ctx.world, ctx.count = world, len(rows)
        return world.whole(rows)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        first = ctx.world.rank * ctx.count
        return gradient[first : first + ctx.count] * ctx.world.size, None


ALONE = World()
"""The world of a process that trains alone."""


class _WithSpare(nn.Module):
    """A network and one more parameter, which nothing uses.

    Torch looks for unused parameters in every pass only if it is told to, and then prints a warning in every
    process, from C++ and past Python's filters, when it finds none. It always finds this one. The price is that a
    GPU is waited for at the end of every backward pass, and the gain that a step may use any of the parameters.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.spare = nn.Parameter(next(network.parameters()).new_zeros(1))

    def forward(self, *given: Any, **named: Any) -> Any:
        return self.network(*given, **named)


def averaged(network: nn.Module) -> nn.Module:
    """Return ``network`` as torch trains it in several processes; the process group must exist.

    The weights of the first process are copied to all others.
    """
    return DistributedDataParallel(_WithSpare(network), find_unused_parameters=True)


def own_device(device: torch.device) -> torch.device:
    """Return the device of this process: on a machine with several GPUs, torchrun's local rank chooses one."""
    if device.type == "cuda" and device.index is None and "LOCAL_RANK" in os.environ:
        return torch.device("cuda", _number("LOCAL_RANK", 0))
    return device


@contextmanager
def joined(device: torch.device) -> Iterator[World]:
    """Join the other processes where torchrun started several.

    Args:
        device: What this process computes on, from ``own_device``.

    Raises:
        TrainingError: The environment says that there are several processes, but not how they find each other; or
            another process ends before this one.
    """
    if _number("WORLD_SIZE", 1) < 2:
        yield ALONE
        return
    if missing := [name for name in RENDEZVOUS if name not in os.environ]:
        names = " and ".join(", ".join(missing).rsplit(", ", 1))
        raise TrainingError(
            f"WORLD_SIZE={os.environ['WORLD_SIZE']}: wants {names} too, as torchrun sets them; start the processes "
            "by torchrun, or unset WORLD_SIZE to train in one"
        )
    rank, size, port = (_number(name, 0) for name in ("RANK", "WORLD_SIZE", "MASTER_PORT"))
    if rank >= size or port > LARGEST_PORT:
        raise TrainingError(
            f"RANK={rank}, WORLD_SIZE={size}, MASTER_PORT={port}: wants a rank below the number of processes and a "
            f"port of at most {LARGEST_PORT}; start the processes by torchrun"
        )
    if device.type == "cuda":
        torch.cuda.set_device(device)
    with _losses():
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
        try:
            yield World(dist.get_rank(), dist.get_world_size())
        finally:
            dist.destroy_process_group()


def _number(name: str, usual: int) -> int:
    """Return the whole number in an environment variable, which is ``usual`` if it is not set.

    Raises:
        TrainingError: The variable holds something else.
    """
    text = os.environ.get(name, str(usual))
    if not (text.isascii() and text.isdigit()):
        raise TrainingError(
            f"{name}={text}: wants a whole number, as torchrun sets it; unset it to train in one process"
        )
    return int(text)


@contextmanager
def _losses() -> Iterator[None]:
    """Turn the errors of torch about a process that has gone into a message.

    Raises:
        TrainingError: In place of a RuntimeError about the connection to another process.
    """
    try:
        yield
    except RuntimeError as error:
        if not isinstance(error, dist.DistError) and not any(one in str(error) for one in LOST):
            raise
        reason = str(error).partition("\n")[0]
        raise TrainingError(
            "torchrun: wants all processes to the end, but another one has ended or cannot be reached; its own "
            "message says why; once that is put right, start all again, with --resume for a run that has begun "
            f"({reason})"
        ) from error
