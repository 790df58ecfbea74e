"""One kernel for a convolution and the activation or enlargement that follows it.

PyTorch runs a network as it is written: a convolution, a LeakyReLU of its result, a pixel shuffle of that, each a
pass over memory. oneDNN, which computes PyTorch's convolutions on a processor, can apply the activation while it
writes the result. It also needs weights in its own memory order, which PyTorch produces anew in every call.
``Fusing`` intercepts the calls of any network: nothing is traced, and no size is fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from srkit.fused.deferred import WIDE, Conv, Deferred, Kernels, Nearest, Sides, values

FORMATS = (torch.float32, torch.bfloat16)


class Fusing(TorchFunctionMode):
    """A context in which a convolution waits for the next call, which may be fused with it.

    Args:
        kernels: Computes the convolutions of the network.
        weights: Tensors that do not change, by identity; convolutions with other weights are not fused.
    """

    def __init__(self, kernels: Kernels, weights: Mapping[int, Tensor]) -> None:
        super().__init__()
        self.kernels, self.weights = kernels, weights
        self.waiting: Deferred | None = None

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Carry out a call of the network, or defer it."""
        kwargs = kwargs or {}
        if func in ASK:
            return func(*args, **kwargs)
        waiting, self.waiting = self.waiting, None
        what: Conv | Nearest | None
        if waiting is not None:
            follows = func in FOLLOW and len(args) > 0 and args[0] is waiting
            what = FOLLOW[func](waiting.what, *args[1:], **kwargs) if follows else None
            if what is not None and self._fits(what):
                return self._wait(what, waiting if kwargs.get("inplace") else None)
            waiting.value()
        args, kwargs = values(args), values(kwargs)
        if torch.is_grad_enabled():  # a method learns in there: each of its calls must leave its gradient behind
            return func(*args, **kwargs)
        what = BEGIN[func](*args, **kwargs) if func in BEGIN and len(args) > 0 else None
        return self._wait(what) if what is not None and self._fits(what) else func(*args, **kwargs)

    def _wait(self, what: Conv | Nearest, written_over: Deferred | None = None) -> Deferred:
        deferred = Deferred.of(what, self.kernels) if written_over is None else written_over
        deferred.what, self.waiting = what, deferred
        return deferred

    def _fits(self, what: Conv | Nearest) -> bool:
        x = what.x
        if x.dim() != 4 or x.numel() == 0 or x.device.type != "cpu" or not {x.dtype, what.dtype} <= set(FORMATS):
            return False
        if isinstance(what, Nearest):
            return True
        known = id(what.weight) in self.weights and (what.bias is None or id(what.bias) in self.weights)
        return known and (what.weight.dtype == x.dtype or torch.is_autocast_enabled("cpu"))


def _conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sides = 1,
    padding: int | Sides | str = 0,
    dilation: int | Sides = 1,
    groups: int = 1,
) -> Conv | None:
    if isinstance(padding, str) or (_pair(stride), _pair(dilation), groups) != ((1, 1), (1, 1), 1):
        return None
    rows, columns = _pair(padding)
    size = x.shape[-2] + 2 * rows - weight.shape[-2] + 1, x.shape[-1] + 2 * columns - weight.shape[-1] + 1
    if min(size) < 1:
        return None
    return Conv(x, weight, bias, len(weight), size, _format(x), padding=(rows, columns))


def _conv_transpose2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sides = 1,
    padding: int | Sides = 0,
    output_padding: int | Sides = 0,
    groups: int = 1,
    dilation: int | Sides = 1,
) -> Conv | None:
    (rows, columns), cut, more = _pair(stride), _pair(padding), _pair(output_padding)
    height, width = weight.shape[-2:]
    wide = weight.shape[1] >= WIDE
    if (
        not wide
        or groups != 1
        or _pair(dilation) != (1, 1)
        or rows != columns
        or not 1 < rows <= min(height, width)
    ):
        return None
    size = (
        (x.shape[-2] - 1) * rows - 2 * cut[0] + height + more[0],
        (x.shape[-1] - 1) * rows - 2 * cut[1] + width + more[1],
    )
    return Conv(x, weight, bias, weight.shape[1], size, _format(x), "transposed", rows, cut)


def _interpolate(
    x: Tensor, size: object = None, scale_factor: float | Sides | None = None, mode: str = "nearest", **rest: object
) -> Nearest | None:
    rows, columns = scale_factor if isinstance(scale_factor, (tuple, list)) else (scale_factor, scale_factor)
    if size is not None or mode != "nearest" or any(rest.values()) or x.shape[1] < WIDE or rows is None:
        return None
    return Nearest(x, int(rows)) if rows == columns == int(rows) > 1 else None


def _leaky_relu(what: Conv | Nearest, negative_slope: float = 0.01, **_inplace: bool) -> Conv | None:
    return replace(what, slope=negative_slope) if isinstance(what, Conv) and what.slope is None else None


def _relu(what: Conv | Nearest, **_inplace: bool) -> Conv | None:
    return _leaky_relu(what, 0.0)


def _pixel_shuffle(what: Conv | Nearest, upscale_factor: int) -> Conv | None:
    """Fuse a pixel shuffle, also after a LeakyReLU, since that acts on every value by itself."""
    scale = upscale_factor
    if not isinstance(what, Conv) or what.kind != "plain" or what.channels < WIDE * scale**2:
        return None
    (height, width), channels = what.size, what.channels // scale**2
    return replace(what, kind="shuffled", scale=scale, channels=channels, size=(height * scale, width * scale))


def _cut(what: Conv | Nearest, index: object) -> Conv | None:
    """Fuse a slice that leaves out the last rows and columns: ``[..., :height, :width]``."""
    match index:
        case (kept, slice(start=None, stop=int(height), step=None), slice(start=None, stop=int(width), step=None)):
            if not isinstance(what, Conv) or what.kind == "plain" or kept is not ...:
                return None
            if 0 < height <= what.shape[-2] and 0 < width <= what.shape[-1]:
                return replace(what, size=(height, width))
    return None


def _conv2d_of(what: Conv | Nearest, weight: Tensor, *rest: Any, **more: Any) -> Conv | None:
    """Fuse a convolution with the nearest-neighbour enlargement before it; it must keep the size."""
    if not isinstance(what, Nearest) or len(weight) < WIDE:
        return None
    plain = _conv2d(what.x, weight, *rest, **more)
    half = weight.shape[-2] // 2, weight.shape[-1] // 2
    if plain is None or plain.padding != half or weight.shape[-2] % 2 == 0 or weight.shape[-1] % 2 == 0:
        return None
    return replace(plain, kind="nearest", scale=what.scale, size=what.shape[-2:])


def _pair(value: int | Sides) -> Sides:
    return (value, value) if isinstance(value, int) else (value[0], value[-1])


def _format(x: Tensor) -> torch.dtype:
    """Return the number format in which a convolution of ``x`` is computed."""
    return torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else x.dtype


ASK: frozenset[Any] = frozenset(
    [getattr(Tensor, name).__get__ for name in ("shape", "dtype", "device", "requires_grad", "ndim")]
    + [Tensor.size, Tensor.dim]
)
"""Calls that need no numbers, only shapes and types."""

BEGIN: Mapping[Any, Callable[..., Conv | Nearest | None]] = {
    torch.conv2d: _conv2d,
    torch.conv_transpose2d: _conv_transpose2d,
    F.interpolate: _interpolate,
}
"""Functions whose result can be deferred: from their arguments to a description, None if they do not fit."""

FOLLOW: Mapping[Any, Callable[..., Conv | None]] = {
    F.leaky_relu: _leaky_relu,
    F.relu: _relu,
    torch.pixel_shuffle: _pixel_shuffle,
    Tensor.__getitem__: _cut,
    torch.conv2d: _conv2d_of,
}
"""The same for functions that can be fused with a deferred result."""
