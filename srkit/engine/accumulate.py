"""The gradient of a batch, computed in pieces that are small enough for the memory of a device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from srkit.engine.precision import autocast, products
from srkit.engine.pyramid import mean_losses
from srkit.errors import TrainingError
from srkit.pair import Pair
from srkit.parts.loss import LossFn, for_batch
from srkit.training import Place


def pieces(pair: Pair, count: int) -> Iterator[Pair]:
    """Yield ``count`` equal pieces of a batch, in order.

    Raises:
        TrainingError: The rows of this process cannot be divided evenly; a mean of unequal pieces would be
            another step.
    """
    rows = len(pair.low)
    if rows % count:
        raise TrainingError(
            f"train.accumulate: wants a number that divides the {rows} crops of a process, got {count}; "
            "change train.batch or train.accumulate"
        )
    size = rows // count
    for begin in range(0, rows, size):
        end = begin + size
        yield Pair(pair.low[begin:end], pair.high[begin:end], pair.names[begin:end])


def backward(
    network: Callable[[Tensor], list[Tensor]], pair: Pair, loss: LossFn, count: int, place: Place
) -> dict[str, Tensor]:
    """Add the gradient of the mean loss of a batch to the parameters, and return its losses by name, detached.

    Each of the ``count`` pieces is computed forward and backward before the next one, so that the intermediate
    values of one piece at a time are in memory. The loss of the batch is the mean over the pieces, since each
    loss is a mean over images. In several processes each piece averages gradients over all of them: it costs
    messages, but stays right for a network that leaves out some of its layers at random.

    Args:
        network: From (N,C,h,w) to the predictions that have a loss, coarse to fine.
        pair: This process's rows of the batch.
        loss: (prediction, target) to a scalar; it is given the LR of each piece if it uses that.
        count: The number of pieces.
        place: Where to compute, and how precisely.

    Raises:
        TrainingError: The rows cannot be divided evenly, or the network gives images of another size.
    """
    sums: dict[str, Tensor] = {}
    for piece in pieces(pair, count):
        with autocast(place.device, place.precision):
            predictions = network(piece.low)
        with products(place.device, place.precision):
            losses = mean_losses(predictions, piece.high, for_batch(loss, piece.low))
            (losses["loss"] / count).backward()  # type: ignore[no-untyped-call]
        for name, value in losses.items():
            sums[name] = sums[name] + value.detach() if name in sums else value.detach()
    return {name: total / count for name, total in sums.items()}


def whole_prediction(network: Callable[[Tensor], list[Tensor]], pair: Pair, count: int, place: Place) -> Tensor:
    """Return the full-size predictions (N,C,H,W) of a batch in float32, computed in pieces, without a gradient."""
    made: list[Any] = []
    for piece in pieces(pair, count):
        with torch.no_grad(), autocast(place.device, place.precision):
            made.append(network(piece.low)[-1].float())
    return torch.cat(made)
