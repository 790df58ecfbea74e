"""The arithmetic of a network."""

from __future__ import annotations

import copy

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from srkit.network.network import Network

HD = (720, 1280)
"""Height and width of the HR image for which multiply-adds are reported, as in papers (Ahn et al. 2018)."""

SMALL = (32, 32)
"""Height and width of the LR image on which a network is counted that reads values of its tensors."""


def multiply_adds(network: Network) -> int:
    """Return the multiply-adds of convolutions and matrix products for one HR image of 1280x720.

    Shapes alone go through a copy of the network on the device ``meta``, so nothing is computed. A network that
    reads values of its tensors is run on a small image instead, and the result is scaled by the area. Sums,
    activations and sampling do not count.

    Raises:
        RuntimeError: The network is on ``meta`` already, and reads values of its tensors.
    """
    low, channels = (HD[0] // network.scale, HD[1] // network.scale), network.color.channels
    try:
        counted = _counted(_shapes(network.module), channels, low)
    except (RuntimeError, NotImplementedError):
        low = SMALL
        counted = _counted(network.module, channels, low)
    return round(counted * HD[0] * HD[1] / (low[0] * low[1] * network.scale**2))


def _shapes(module: nn.Module) -> nn.Module:
    return module if _device(module).type == "meta" else copy.deepcopy(module).to("meta")


def _device(module: nn.Module) -> torch.device:
    return next(module.parameters(), torch.empty(0)).device


def _counted(module: nn.Module, channels: int, size: tuple[int, int]) -> float:
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module.eval()(torch.zeros(1, channels, *size, device=_device(module)))
    return float(counter.get_total_flops()) / 2
