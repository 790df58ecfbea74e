"""M1: the ripple in a network's output for a flat field.

Far from the edges a convolutional network gives every pixel of one phase the same
value; if those values differ between phases, a flat field becomes a checkerboard (Odena et al.
2016; Sugawara, Shiota and Kiya 2018: no checkerboard exactly when all polyphase
components have the same DC gain). Pixel losses train the ripple away, so it is
worth reading at the start, through training, and after perceptual losses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

LEVELS = (0.1, 0.5, 0.9)
"""Values of the flat fields: dark, middle, bright. The ripple of a network with biases depends on them."""

INTERIOR = 8
"""Side of the measured area, in input pixels: the output there has every phase this many times along each axis."""

BORDERS = (4, 8, 16, 32, 64)
"""Widths, in input pixels, that are tried for the border that padding reaches."""


@dataclass(frozen=True)
class FlatField:
    """The output of a network for one flat field.

    Attributes:
        level: Value of the field, in [0,1].
        phases: (C,s,s) mean of each output phase, in [0,1].
        interior: (C,8s,8s) output that no padding reaches, from phase (0,0), in [0,1].
        border: Input pixels that were left out on every side.
    """

    level: float
    phases: NDArray[np.float64]
    interior: NDArray[np.float64]
    border: int

    @property
    def ripple(self) -> float:
        """The largest departure of a phase from the mean of all phases, in grey levels; 0 is flat."""
        return float(255 * np.abs(self.phases - self.phases.mean((1, 2), keepdims=True)).max())

    def picture(self, *, channel: int = 0, zoom: int = 16) -> NDArray[np.float64]:
        """Return the departures from the mean in grey levels, every pixel as ``zoom`` x ``zoom``: (8sz,8sz)."""
        departures = 255 * (self.interior[channel] - self.phases[channel].mean())
        return np.kron(departures, np.ones((zoom, zoom)))


def flat_fields(
    net: Callable[[Tensor], Tensor],
    scale: int,
    *,
    channels: int = 1,
    levels: Sequence[float] = LEVELS,
    border: int | None = None,
    like: Tensor | None = None,
) -> list[FlatField]:
    """Run a network on flat fields, and return its output for each.

    Args:
        net: (1,C,h,w) in [0,1] to (1,C,sh,sw). A module is run in evaluation mode,
            and its mode is restored.
        scale: s.
        channels: C.
        levels: Values of the fields, in [0,1].
        border: Input pixels on every side that padding may reach, at least the
            receptive field's radius. None finds it: the first of ``BORDERS`` inside
            which the output repeats from block to block.
        like: A tensor with the type and device of the input; None takes those of the
            module's first parameter, or float32 on the CPU.

    Raises:
        ValueError: The output is not ``scale`` times larger, is not finite, or does not
            settle inside any border.
    """
    like = _like(net) if like is None else like
    fields = []
    with _measuring(net):
        for level in levels:

            def answer(side: int, level: float = level) -> Tensor:
                return net(torch.full((1, channels, side, side), level, dtype=like.dtype, device=like.device))

            inner, found = _interior(answer, scale, border)
            fields.append(FlatField(level, _phases(inner, scale), inner, found))
    return fields


def phase_gains(module: nn.Module, channels: int, scale: int) -> NDArray[np.float64]:
    """Return the DC gain of every phase of an upsampler, from every input to every output channel: (O,I,s,s).

    For a transposed convolution these are the sums of the weights that meet in a
    phase. They are measured, not read off: unit flat fields go in one channel at a
    time, less the response to zero (the bias), so this works for any upsampler.

    Args:
        module: (N,I,h,w) to (N,O,sh,sw).
        channels: I.
        scale: s.

    Raises:
        ValueError: As for ``flat_fields``.
    """
    like = _like(module)
    gains = []
    with _measuring(module):
        for channel in range(channels):

            def answer(side: int, channel: int = channel) -> Tensor:
                field = torch.zeros(1, channels, side, side, dtype=like.dtype, device=like.device)
                bias: Tensor = module(field)
                field[:, channel] = 1
                response: Tensor = module(field) - bias
                return response

            gains.append(_phases(_interior(answer, scale, None)[0], scale))
    return np.stack(gains, axis=1)


def layer_ripple(module: nn.Module, channels: int, scale: int) -> float:
    """Return how uneven the phases of one upsampler are, from 0 (even) to 1 (nothing but ripple).

    The root of the share of the DC gains' energy that departs from their mean over
    phases. Phases drawn independently give sqrt(1 - 1/s**2): 0.87 at x2, 0.97 at x4.
    Arguments as for ``phase_gains``.
    """
    gains = phase_gains(module, channels, scale)
    energy = np.square(gains).sum()
    ripple = np.square(gains - gains.mean((2, 3), keepdims=True)).sum()
    return float(np.sqrt(ripple / energy)) if energy else 0.0


def _interior(answer: Callable[[int], Tensor], scale: int, border: int | None) -> tuple[NDArray[np.float64], int]:
    """Return the (C,8s,8s) middle of the output for a large enough field, and the border that was needed."""
    for tried in BORDERS if border is None else (border,):
        side = INTERIOR + 2 * tried
        out = answer(side)
        if out.ndim != 4 or out.shape[-2:] != (side * scale, side * scale):
            raise ValueError(
                f"net: wants an output {scale} times larger, {side * scale} x {side * scale}, "
                f"found shape {tuple(out.shape)}"
            )
        middle = slice(tried * scale, (tried + INTERIOR) * scale)
        inner = out[0, :, middle, middle].detach().cpu().double().numpy()
        if not np.isfinite(inner).all():
            raise ValueError("net: wants finite answers to a flat field, found nan or inf")
        # rounding errors grow with depth: allow a little more than the type's own precision
        rounding = torch.finfo(out.dtype).eps ** 0.75 * max(1.0, float(np.abs(inner).max()))
        ripples = np.tile(_phases(inner, scale), (1, INTERIOR, INTERIOR))
        if border is not None or np.abs(inner - ripples).max() <= rounding:
            return inner, tried
    raise ValueError(
        f"net: a flat field wants to settle within {BORDERS[-1]} pixels of the edge, found that it does not; "
        "give the border"
    )


def _phases(inner: NDArray[np.float64], scale: int) -> NDArray[np.float64]:
    blocks = inner.reshape(inner.shape[0], INTERIOR, scale, INTERIOR, scale)
    means: NDArray[np.float64] = blocks.mean((1, 3))
    return means


def _like(net: Callable[[Tensor], Tensor]) -> Tensor:
    held = chain(net.parameters(), net.buffers()) if isinstance(net, nn.Module) else ()
    return next((tensor for tensor in held if tensor.is_floating_point()), torch.empty(0))


@contextmanager
def _measuring(net: Callable[[Tensor], Tensor]) -> Iterator[None]:
    """Switch gradients off and evaluation mode on, then restore the mode of every submodule."""
    modes = {module: module.training for module in net.modules()} if isinstance(net, nn.Module) else {}
    try:
        for module in modes:
            module.training = False
        with torch.no_grad():
            yield
    finally:
        for module, training in modes.items():
            module.training = training
