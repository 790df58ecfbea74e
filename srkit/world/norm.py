"""Batch normalisation by the rows of all processes that train together.

On CUDA this is torch's own ``SyncBatchNorm``, which refuses other devices; elsewhere it is ``SharedBatchNorm``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

Mean = Callable[[Tensor], Tensor]
"""Returns the mean of a tensor over all processes, to all of them."""


class SharedBatchNorm(_BatchNorm):
    """A batch norm (N,C,...) whose mean and variance are those of the rows of all processes.

    Every process must call it with equally many values a channel. The two means are exchanged one after the other,
    since E[x^2] - E[x]^2 would lose digits.

    Args:
        norm: The batch norm that it replaces, whose weights and running values it shares.
        mean: Exchanges a tensor.
        size: The number of processes.
    """

    def __init__(self, norm: _BatchNorm, mean: Mean, size: int) -> None:
        super().__init__(norm.num_features, norm.eps, norm.momentum, norm.affine, norm.track_running_stats)
        self._parameters, self._buffers, self.training = norm._parameters, norm._buffers, norm.training
        self.mean, self.size = mean, size

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() < 2:
            raise ValueError(f"wants (N,C,...), got {input.dim()} dimensions")

    def forward(self, input: Tensor) -> Tensor:
        """Return (N,C,...) normalised for each channel, then scaled and shifted; exact in float32."""
        if not self.training:  # a norm without running values is normalised by its own rows when it is measured
            return super().forward(input)
        self._check_input_dim(input)
        others = [axis for axis in range(input.dim()) if axis != 1]
        mean = cast("Tensor", _Shared.apply(input.float().mean(others, keepdim=True), self.mean))  # type: ignore[no-untyped-call]
        centred = input.float() - mean
        variance = cast("Tensor", _Shared.apply(centred.square().mean(others, keepdim=True), self.mean))  # type: ignore[no-untyped-call]
        if self.running_mean is not None and self.running_var is not None:
            self._remember(mean.detach().flatten(), variance.detach().flatten(), input.numel() // input.shape[1])
        normal = centred * torch.rsqrt(variance + self.eps)
        if self.affine:
            shape = mean.shape
            normal = normal * self.weight.view(shape) + self.bias.view(shape)
        return normal.to(input.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, own: int) -> None:
        """Move the running values towards those of this batch, of which ``own`` values a channel are here."""
        assert self.num_batches_tracked is not None  # all three come together
        assert self.running_mean is not None
        assert self.running_var is not None
        self.num_batches_tracked += 1
        step = self.momentum if self.momentum is not None else 1 / float(self.num_batches_tracked)
        size = own * self.size
        self.running_mean.lerp_(mean, step)
        self.running_var.lerp_(variance * size / max(1, size - 1), step)


class _Shared(torch.autograd.Function):
    """The mean over all processes; its gradient, and the gradient of that, is such a mean again."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, mean: Mean) -> Tensor:
        ctx.mean = mean
        return mean(value)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return cast("Tensor", _Shared.apply(gradient, ctx.mean)), None  # type: ignore[no-untyped-call]


def share_norms(network: nn.Module, mean: Mean, size: int) -> None:
    """Replace the batch norms inside of ``network``, which keeps its parameters and the names of its state.

    Args:
        network: Changed in place.
        mean: Exchanges a tensor with the other processes.
        size: The number of processes.
    """
    for host in list(network.modules()):
        for name, norm in host.named_children():
            if isinstance(norm, _BatchNorm) and not isinstance(norm, SharedBatchNorm | nn.SyncBatchNorm):
                on_cuda = any(one.is_cuda for one in network.parameters())
                convert = nn.SyncBatchNorm.convert_sync_batchnorm
                setattr(host, name, convert(norm) if on_cuda else SharedBatchNorm(norm, mean, size))  # type: ignore[no-untyped-call]
