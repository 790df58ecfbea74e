"""The processes that train together, one for each device, as torchrun starts them; one alone needs no messages.

Every process builds the same experiment from the same seed and prepares its own rows of every batch, so that a
step on four devices is the step that one device takes: the same crops, the same degradations and the same mean
gradient, up to the rounding of a sum in another order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel

from srkit.errors import SrkitError, TrainingError
from srkit.world.norm import share_norms

T = TypeVar("T")


class FailedElsewhereError(SrkitError):
    """Another process has failed, and tells why; this one is whole."""


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
                f"{shares * max(1, batch // shares)} would do, or start {_fitting(batch // pieces, self.size)}"
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

    def together(self, work: Callable[[], T]) -> list[T]:
        """Do ``work`` in every process, and return all results; where it fails in one process, it fails in all.

        Args:
            work: May read files and compute, but must exchange nothing with other processes.

        Raises:
            FailedElsewhereError: The work has failed in another process alone.
            Exception: The error of the work in this process.
        """
        if self.size == 1:
            return [work()]
        done: list[T] = []
        failure: Exception | None = None
        try:
            done.append(work())
        except Exception as error:  # whatever it is, the others must be told before this process ends
            failure = error
        results = self.gather(done)
        if failure is not None:
            raise failure
        if failed := [rank for rank, one in enumerate(results) if not one]:
            raise FailedElsewhereError(
                f"torchrun: wants all processes to succeed, but process {failed[0]} has failed"
            )
        return [one[0] for one in results]

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
        A network that is trained so must share its batch norms by ``share_norms``.
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

        Batch norms inside of ``network`` then normalise by the rows of all processes.
        """
        self.share_norms(network)
        return averaged(network) if self.size > 1 else network

    def share_norms(self, network: nn.Module) -> None:
        """Have the batch norms inside of ``network`` normalise by the rows of all processes, as one would."""
        if self.size > 1:
            share_norms(network, self.mean, self.size)


def _fitting(batch: int, size: int) -> str:
    """Return the largest number of processes, up to ``size``, that can share ``batch`` rows, in words."""
    count = next(one for one in range(min(size, max(1, batch)), 0, -1) if batch % one == 0 or one == 1)
    return f"{count} process{'es' if count > 1 else ''}"


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
