"""VGG16's features with smooth pooling, as DISTS takes them."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from srkit.layers.vgg import DEVIATION, MEAN

BLOCKS = ((0, 2), (5, 7), (10, 12, 14), (17, 19, 21), (24, 26, 28))
"""The numbers of the convolutions in torchvision's file, ``features.N.weight``, in blocks."""

WIDTHS = (64, 128, 256, 512, 512)
"""Channels of each block."""


class SmoothVGG16(nn.Module):
    """The features of VGG16 behind each of its five blocks, with l2 pooling in place of max-pooling.

    Its weights are buffers that get no gradient and stand in no ``state_dict``.

    Args:
        tensors: The state_dict of torchvision's ``vgg16``.

    Raises:
        ValueError: The tensors are others.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        super().__init__()
        before = 3
        for width, block in zip(WIDTHS, BLOCKS, strict=True):
            for number in block:
                for kind, shape in (("weight", (width, before, 3, 3)), ("bias", (width,))):
                    found = tensors.get(f"features.{number}.{kind}")
                    if found is None or found.shape != shape:
                        got = "none" if found is None else tuple(found.shape)
                        raise ValueError(
                            f"wants torchvision's VGG16, features.{number}.{kind} of {shape}, found {got}"
                        )
                    self.register_buffer(f"{kind}_{number}", found.detach().float().clone(), persistent=False)
                before = width
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1), persistent=False)

    def forward(self, image: Tensor) -> list[Tensor]:
        """Return the features (N,F,h,w) behind the five blocks of RGB (N,3,H,W) in [0,1]."""
        x = (image - self.mean) / self.deviation
        found: list[Tensor] = []
        for block in BLOCKS:
            x = pooled(x) if found else x
            for number in block:
                weight, bias = (getattr(self, f"{kind}_{number}") for kind in ("weight", "bias"))
                x = F.relu(F.conv2d(x, weight, bias, padding=1))
            found.append(x)
        return found


def pooled(x: Tensor) -> Tensor:
    """Return (N,F,ceil(h/2),ceil(w/2)): the root of the squares' mean under Hann's window of 3x3 (Henaff 2016)."""
    line = torch.tensor([0.25, 0.5, 0.25], device=x.device)
    window = torch.outer(line, line).expand(x.shape[1], 1, -1, -1)
    squares = F.conv2d(x * x, window, stride=2, padding=1, groups=x.shape[1])
    return (squares + 1e-12).sqrt()
