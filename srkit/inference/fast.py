"""A network as inference wants it."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from srkit.engine.precision import Precision, autocast


def prepare(model: nn.Module, *, device: torch.device, precision: Precision) -> nn.Module:
    """Return a network that gives what ``model`` gives, for inference: fp32 (N,C,h,w) on ``device``, in and out.

    ``model`` is left as it is.
    """
    network = copy.deepcopy(model).eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return _Prepared(network, device, precision)


class _Prepared(nn.Module):
    def __init__(self, network: nn.Module, device: torch.device, precision: Precision) -> None:
        super().__init__()
        self.network, self.device, self.precision = network, device, precision

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,h,w)."""
        with autocast(self.device, self.precision):
            high: Tensor = self.network(low)
        return high.float()
