"""Convolutions with the normalisations of discriminators."""

from __future__ import annotations

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


def leaky() -> nn.LeakyReLU:
    """Return the activation of discriminators."""
    return nn.LeakyReLU(SLOPE)
