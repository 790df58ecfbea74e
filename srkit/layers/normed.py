"""Convolutions with the normalisations of discriminators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

Norm = Literal["batch", "spectral", "none"]

SLOPE = 0.2
"""Slope of LeakyReLU for negative values."""


def normed(conv: nn.Conv2d | nn.Linear, norm: Norm) -> nn.Module:
    """Return a layer, followed by batch normalisation, or with its weight divided by its largest singular value.

    Spectral normalisation (Miyato et al., ICLR 2018) takes one step of power iteration a call in ``train()``; its
    vectors are buffers, so a training that resumes goes on with them.
    """
    if norm == "spectral":
        return spectral_norm(conv)
    return nn.Sequential(conv, nn.BatchNorm2d(conv.out_channels)) if norm == "batch" else conv  # type: ignore[arg-type]


def conv(
    inside: int, outside: int, kernel: int, stride: int = 1, *, norm: Norm = "none", bias: bool = True
) -> nn.Module:
    """Return a convolution that keeps the size, or divides it by the stride; a batch norm replaces its bias."""
    options: dict[str, Any] = {"stride": stride, "padding": 1, "bias": bias and norm != "batch"}
    return normed(nn.Conv2d(inside, outside, kernel, **options), norm)


def too_deep(levels: int, patch: int, sides: Sequence[int], least: int, enough: int) -> ValueError | None:
    """Return the error of a discriminator that halves its crops too often; None if it does not.

    Args:
        levels: How often it halves them.
        patch: Side of a crop, in pixels.
        sides: Sides of the features behind each level.
        least: Smallest side that the layers behind the last level can work on.
        enough: A patch that would do.
    """
    if sides[-1] >= least:
        return None
    fits = sum(side >= least for side in sides)
    ways = [f"levels={fits}"] * (fits > 0) + [f"train.patch={enough} or more"]
    return ValueError(
        f"{levels} levels halve a patch of {patch} pixels to {sides[-1]}, but its features must have at least "
        f"{least} pixels a side; take {', or '.join(ways)}"
    )


def leaky() -> nn.LeakyReLU:
    """Return the activation of discriminators."""
    return nn.LeakyReLU(SLOPE)
