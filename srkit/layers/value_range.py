"""The values that a network computes with: another range, and another mean, than those of images."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from srkit.image.color import OFFSET, STUDIO

DIV2K = (0.4488, 0.4371, 0.4040)
"""The mean of DIV2K's training images, RGB in [0,1], as EDSR and its successors subtract it."""


class ValueRange(nn.Module):
    """Brings an image in [0,1] to the values that a network computes with, and back.

    Mean and range are a fact about the network, so they are neither weights nor in its ``state_dict``. A network of
    luma subtracts the luma of the mean.

    Args:
        channels: Channels of the image: 3 for RGB, 1 for luma in studio range.
        peak: The network's value for a difference of 1: 255 for a network that computes in grey levels.
        mean: The mean that is subtracted, RGB in [0,1]; None subtracts nothing.

    Raises:
        ValueError: There is a mean, and ``channels`` is neither 1 nor 3.
    """

    mean: Tensor

    def __init__(self, channels: int, *, peak: float = 1.0, mean: Sequence[float] | None = None) -> None:
        super().__init__()
        self.peak = peak
        values = [0.0] * channels if mean is None else _mean_of(channels, mean)
        self.register_buffer("mean", torch.tensor(values).view(1, channels, 1, 1), persistent=False)

    def inward(self, image: Tensor) -> Tensor:
        """Return the network's values of an image (N,C,H,W) in [0,1]."""
        return (image - self.mean) * self.peak

    def outward(self, values: Tensor) -> Tensor:
        """Return the image in [0,1] of the network's values (N,C,H,W); nothing is clipped."""
        return values / self.peak + self.mean

    def extra_repr(self) -> str:
        """Return range and mean, for the printed network."""
        return f"peak={self.peak:g}, mean={[round(value, 4) for value in self.mean.flatten().tolist()]}"


def _mean_of(channels: int, mean: Sequence[float]) -> list[float]:
    if channels == len(mean):
        return list(mean)
    if channels != 1:
        raise ValueError(f"channels must be 1 (luma) or {len(mean)} for a network with a mean, got {channels}")
    luma = sum(share * value for share, value in zip(STUDIO[0], mean, strict=True)) / 255
    return [luma + OFFSET[0]]
