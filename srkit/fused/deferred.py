"""Results that are described first, and computed once their numbers are needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from srkit.fused.phase_kernels import Phase, of_nearest, of_shuffled, of_transposed

Sides = tuple[int, int]

WIDE = 16
"""Channels from which a tensor counts as features, not as an image; oneDNN computes them in such blocks."""


class OverwrittenInput(RuntimeError):  # noqa: N818 - the name describes the input
    """The input of a deferred result was overwritten before the result was computed."""


@dataclass(frozen=True, eq=False)
class Nearest:
    """Nearest-neighbour enlargement of ``x`` (N,C,h,w) by a whole ``scale``."""

    x: Tensor
    scale: int

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Shape of the result."""
        count, channels, height, width = self.x.shape
        return count, channels, height * self.scale, width * self.scale

    @property
    def dtype(self) -> torch.dtype:
        """Number format of the result."""
        return self.x.dtype


@dataclass(frozen=True, eq=False)
class Conv:
    """A convolution of stride 1, and the operations on its result.

    Args:
        x: (N,I,h,w).
        weight: As the network has it.
        bias: As the network has it.
        channels: Channels of the result.
        size: Height and width of the result.
        dtype: Number format of the result.
        kind: The operation of the weight; all but plain enlarge, phase by phase (``srkit.fused.phase_kernels``).
        scale: How many times larger the result is.
        padding: Rows and columns of zeros around ``x``; for a transposed convolution, those that are cut off.
        slope: Slope of a LeakyReLU that follows; None without one.
    """

    x: Tensor
    weight: Tensor
    bias: Tensor | None
    channels: int
    size: Sides
    dtype: torch.dtype
    kind: Literal["plain", "shuffled", "transposed", "nearest"] = "plain"
    scale: int = 1
    padding: Sides = (0, 0)
    slope: float | None = None

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Shape of the result."""
        return len(self.x), self.channels, *self.size

    @property
    def inside(self) -> torch.dtype:
        """The format to compute in. An image keeps its own: bf16 rounds it to grey levels and costs 0.02 dB."""
        return self.x.dtype if self.x.shape[1] < WIDE else self.dtype

    def phases(self) -> Mapping[Sides, Phase]:
        """Return the kernel of each phase of the result, in float32."""
        weight, bias = self.weight.float(), None if self.bias is None else self.bias.float()
        first = -self.padding[0], -self.padding[1]
        if self.kind == "transposed":
            return of_transposed(weight, bias, self.scale, self.padding)
        if self.kind == "nearest":
            return of_nearest(weight, bias, self.scale)
        if self.kind == "shuffled":
            return of_shuffled(weight, bias, self.scale, first)
        return {(0, 0): Phase(weight, bias, first)}


PRIVATE = ("_convolution_pointwise", "_reorder_convolution_weight", "_is_mkldnn_bf16_supported")
"""Private calls of torch to oneDNN, which may change in any version."""


def available() -> bool:
    """Return whether this torch has oneDNN and the private calls that ``Kernels`` makes."""
    has: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return has and all(hasattr(torch.ops.mkldnn, name) for name in PRIVATE)


class Kernels:
    """Computes convolutions with oneDNN, and keeps their kernels in the memory order that oneDNN needs.

    Weights are recognised by identity: they must not change, and must live as long as this object.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], Mapping[Sides, Phase]] = {}

    def compute(self, what: Conv | Nearest) -> Tensor:
        """Return the result, channels last."""
        if isinstance(what, Nearest):
            return F.interpolate(what.x, scale_factor=what.scale, mode="nearest")
        phases = self._packed(what)
        x = what.x.to(what.inside).contiguous(memory_format=torch.channels_last)
        if what.kind == "plain":
            return _convolve(x, phases[0, 0], what.padding, what.slope).to(what.dtype)
        count, channels, height, width = what.shape
        scale, rows, columns = what.scale, -(-height // what.scale), -(-width // what.scale)
        large = x.new_empty((count, rows, scale, columns, scale, channels), dtype=what.dtype)
        for (i, j), phase in phases.items():
            large[:, :, i, :, j] = _phase(x, phase, rows, columns, what.slope).permute(0, 2, 3, 1)
        large = large.view(count, rows * scale, columns * scale, channels).permute(0, 3, 1, 2)
        return large[:, :, :height, :width]

    def _packed(self, conv: Conv) -> Mapping[Sides, Phase]:
        key = id(conv.weight), id(conv.bias), conv.kind, conv.scale, conv.padding, conv.inside
        if key not in self._kept:
            self._kept[key] = {place: _pack(phase, conv.inside) for place, phase in conv.phases().items()}
        return self._kept[key]


def _pack(phase: Phase, dtype: torch.dtype) -> Phase:
    """Return the weights in oneDNN's order, rounded to ``dtype``, or in float32 without bf16 on the processor."""
    weight = phase.weight.to(dtype)
    if dtype == torch.bfloat16 and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        weight = weight.float()
    return phase._replace(weight=torch.ops.mkldnn._reorder_convolution_weight(weight))


def _phase(x: Tensor, phase: Phase, rows: int, columns: int, slope: float | None) -> Tensor:
    """Return one phase of an enlarging convolution, (N,O,rows,columns)."""
    sides = zip(x.shape[-2:], (rows, columns), phase.first, phase.weight.shape[-2:], strict=True)
    # equal zeros at both ends, as many as one of them needs: PyTorch cannot pad the ends differently
    above, left = (max(-first, need - 1 + first + taps - length, 0) for length, need, first, taps in sides)
    made = _convolve(x, phase, (above, left), slope)
    return made.narrow(2, phase.first[0] + above, rows).narrow(3, phase.first[1] + left, columns)


def _convolve(x: Tensor, phase: Phase, padding: Sides, slope: float | None) -> Tensor:
    name, values = ("none", []) if slope is None else ("leaky_relu", [slope])
    made: Tensor = torch.ops.mkldnn._convolution_pointwise(
        x.to(phase.weight.dtype), phase.weight, phase.bias, padding, (1, 1), (1, 1), 1, name, values, ""
    )
    return made


class Deferred(Tensor):
    """A tensor whose shape is known and whose numbers are computed on first use."""

    what: Conv | Nearest
    kernels: Kernels
    seen: int
    made: Tensor | None

    @staticmethod
    def of(what: Conv | Nearest, kernels: Kernels) -> Deferred:
        """Return the result of ``what`` without computing it."""
        deferred: Deferred = Tensor._make_wrapper_subclass(
            Deferred, what.shape, dtype=what.dtype, device=what.x.device
        )
        deferred.what, deferred.kernels, deferred.seen, deferred.made = what, kernels, what.x._version, None
        return deferred

    def value(self) -> Tensor:
        """Return the computed tensor.

        Raises:
            OverwrittenInput: The input was overwritten before.
        """
        if self.made is None:
            if self.what.x._version != self.seen:
                raise OverwrittenInput
            self.made = self.kernels.compute(self.what)
            del self.what  # releases the input
        return self.made

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @classmethod
    def __torch_dispatch__(cls, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:  # type: ignore[override]
        """Compute a deferred tensor that is used outside of a forward pass."""
        return func(*values(args), **values(kwargs or {}))


def values(what: Any) -> Any:
    """Return ``what`` with every ``Deferred`` in its tuples, lists and dictionaries replaced by its value."""
    if isinstance(what, Deferred):
        return what.value()
    if isinstance(what, dict):
        return {name: values(one) for name, one in what.items()}
    if type(what) in (tuple, list):
        return type(what)(map(values, what))
    return what
