"""Passes through a network that are made twice, to save memory, and leave the trace of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from srkit.engine.generators import generator_states, restore_generators


@contextmanager
def rehearsal(network: nn.Module, device: torch.device) -> Iterator[None]:
    """Undo what passes do to the buffers of ``network`` and to torch's generators.

    The same pass, made afterwards, draws the same random numbers and gives the same result.
    """
    states, buffers = generator_states(device), _copies(network)
    try:
        yield
    finally:
        restore_generators(states, device)
        _put(network, buffers)


def portions(network: nn.Module, images: Tensor, count: int) -> Iterator[Tensor]:
    """Yield ``count`` equal pieces of ``images``, (N,C,H,W), each to pass through ``network`` once.

    All begin with the same buffers, so the power iteration of a spectral norm takes one step, as it does for a
    whole batch. A batch norm sees each piece by itself.
    """
    before = _copies(network)
    for piece in images.chunk(count):
        _put(network, before)
        yield piece


def in_pieces(network: nn.Module, images: Tensor, count: int) -> Tensor:
    """Return ``network(images)``, computed in pieces, with the memory of one piece.

    Of a piece no intermediate values are kept: they are computed again, with the same buffers and random numbers,
    when its gradient is asked for.

    Args:
        network: From (n,C,H,W) to (n,...).
        images: (N,C,H,W), where N is a multiple of ``count``.
        count: The number of pieces; a single one keeps its intermediate values.
    """
    if count == 1:
        whole: Tensor = network(images)
        return whole
    before = _copies(network)

    @contextmanager
    def again() -> Iterator[None]:
        now = _copies(network)
        _put(network, before)
        try:
            yield
        finally:  # torch stops a recomputation by an error once it has what it wants
            _put(network, now)

    made = [
        checkpoint(network, piece, use_reentrant=False, context_fn=lambda: (nullcontext(), again()))
        for piece in portions(network, images, count)
    ]
    return torch.cat(made)


def _copies(network: nn.Module) -> list[Tensor]:
    return [buffer.clone() for buffer in network.buffers()]


@torch.no_grad()
def _put(network: nn.Module, values: list[Tensor]) -> None:
    for buffer, value in zip(network.buffers(), values, strict=True):
        buffer.copy_(value)
