"""A convolution that is trained as a chain of convolutions."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GAIN = 2
"""How many times more channels the chain has inside."""


class Reparameterised(nn.Module):
    """A 3x3 convolution that is trained as 1x1, 3x3 and 1x1 convolutions in a chain, with a 1x1 one beside them.

    All of them are linear, so they are one 3x3 convolution, which is what is computed in ``eval()``; there its
    weights are computed anew for every image. In ``train()`` the chain itself is computed. Its border differs: a
    padded zero gets the bias of the first 1x1 convolution there, as in SPAN's official code.

    Args:
        inputs: Channels before.
        outputs: Channels after.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.beside = nn.Conv2d(inputs, outputs, 1)
        self.first = nn.Conv2d(inputs, inputs * GAIN, 1)
        self.middle = nn.Conv2d(inputs * GAIN, outputs * GAIN, 3)
        self.last = nn.Conv2d(outputs * GAIN, outputs, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Return (N,O,H,W) of (N,I,H,W)."""
        if self.training:
            chained: Tensor = self.last(self.middle(self.first(F.pad(features, (1, 1, 1, 1)))))
            return chained + self.beside(features)  # type: ignore[no-any-return]
        return F.conv2d(features, *self.folded(), padding=1)

    def folded(self) -> tuple[Tensor, Tensor]:
        """Return the weight (O,I,3,3) and the bias (O,) of the one convolution."""
        with torch.autocast(self.beside.weight.device.type, enabled=False):
            first, middle, last = self.first.weight[..., 0, 0], self.middle.weight, self.last.weight[..., 0, 0]
            biases = [conv.bias for conv in (self.first, self.middle, self.last, self.beside)]
            weight = torch.einsum("oa,abyx,bi->oiyx", last, middle, first)
            weight = weight + F.pad(self.beside.weight, (1, 1, 1, 1))
            bias = last @ (middle.sum((2, 3)) @ biases[0] + biases[1]) + biases[2] + biases[3]  # type: ignore[operator]
            return weight, bias
