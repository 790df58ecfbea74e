"""Reducing values per pixel to one number."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

Reduction = Literal["mean", "sum"]


def reduce(values: Tensor, reduction: Reduction) -> Tensor:
    """Return the mean over all values, or their sum divided by the batch alone, as LapSRN's code does."""
    return values.mean() if reduction == "mean" else values.sum() / values.shape[0]
