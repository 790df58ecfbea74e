"""A network for inference: the same function, computed faster."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from srkit.engine.precision import Precision, autocast
from srkit.fused.deferred import Kernels, OverwrittenInput, available, values
from srkit.fused.freed_memory import keep_freed_memory
from srkit.fused.fuse import Fusing


def prepare(model: nn.Module, *, device: torch.device, precision: Precision) -> nn.Module:
    """Return a copy of ``model`` for inference on ``device``; it cannot be trained.

    It takes float32 (N,C,h,w) in [0,1] on the device and gives float32 (N,C,sh,sw). In fp32 the result is that
    of the model up to rounding (1e-5 for the networks here); in bf16 the image branch of a pyramid stays in
    float32, as in training. On a processor, activations are computed with the convolution before them, and
    enlarging convolutions phase by phase (``srkit.fused.fuse``), if this version of torch has the private calls
    for it; the process also keeps freed memory (``keep_freed_memory``).
    """
    return Prepared(copy.deepcopy(model), device, precision)


class Prepared(nn.Module):
    """The network that ``prepare`` returns."""

    def __init__(self, model: nn.Module, device: torch.device, precision: Precision) -> None:
        super().__init__()
        self.model = model.to(device, memory_format=torch.channels_last).eval().requires_grad_(False)  # type: ignore[call-overload]
        self.device, self.precision = device, precision
        self.fuses = device.type == "cpu" and available()
        self.kernels = Kernels()
        self.weights = {id(one): one for one in (*self.model.parameters(), *self.model.buffers())}
        if device.type == "cpu":
            keep_freed_memory()

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,h,w) to (N,C,sh,sw)."""
        # not inference_mode: fusing must notice when a tensor is overwritten
        with torch.inference_mode(False), torch.no_grad(), autocast(self.device, self.precision):
            low = low.clone() if low.is_inference() else low
            if self.fuses:
                try:
                    return self._fused(low)
                except OverwrittenInput:
                    self.fuses = False  # a network that overwrites its features cannot be fused
            return self._plain(low)

    def _fused(self, low: Tensor) -> Tensor:
        with Fusing(self.kernels, self.weights):
            high = self.model(low)
        result: Tensor = values(high)
        return result.float()

    def _plain(self, low: Tensor) -> Tensor:
        high: Tensor = self.model(low.contiguous(memory_format=torch.channels_last))
        return high.float()
