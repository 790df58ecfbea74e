"""A convolution that is trained as a chain of convolutions."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from srkit.image.full_precision import full_precision

GAIN = 2
"""How many times more channels the chain has inside."""


class Reparameterised(nn.Module):
    """A 3x3 convolution whose weights are those of a chain (1x1, 3x3, 1x1) and of a 1x1 convolution beside it.

    Training such a convolution ends at another place than training a plain one, although it is the same function.
    SPAN's official code computes the chain in training and the one convolution afterwards. Here the one is computed
    always, from the weights of the chain: values and gradients are the same, at the border too, where the zeros
    are in front of the chain, and features with more channels are never computed.

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
        return F.conv2d(features, *self.folded(), padding=1)

    def folded(self) -> tuple[Tensor, Tensor]:
        """Return the weight (O,I,3,3) and the bias (O,) of the one convolution."""
        with full_precision(self.beside.weight.device):
            first, middle, last = self.first.weight[..., 0, 0], self.middle.weight, self.last.weight[..., 0, 0]
            biases = [conv.bias for conv in (self.first, self.middle, self.last, self.beside)]
            weight = torch.einsum("oa,abyx,bi->oiyx", last, middle, first)
            weight = weight + F.pad(self.beside.weight, (1, 1, 1, 1))
            bias = last @ (middle.sum((2, 3)) @ biases[0] + biases[1]) + biases[2] + biases[3]  # type: ignore[operator]
            return weight, bias
