"""Adan: Nesterov momentum from the differences of gradients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import torch
from torch import Tensor

import srkit
from srkit.optimizers.package import from_package
from srkit.optimizers.validate import require_trainable


@srkit.optimizer("adan")
@srkit.limited
def adan(
    parameters: Iterable[tuple[str, Tensor]],
    *,
    lr: Annotated[float, srkit.Range(above=0)] = 1e-3,
    betas: list[Annotated[float, srkit.Range(0, below=1)]] = [0.98, 0.92, 0.99],  # noqa: B006 - read, never changed
    eps: Annotated[float, srkit.Range(0)] = 1e-8,
    weight_decay: Annotated[float, srkit.Range(0)] = 0.0,
) -> torch.optim.Optimizer:
    """Adan (Xie et al. 2022), by the package pytorch_optimizer; it needs srkit[optimizers].

    Args:
        lr: Learning rate.
        betas: Decays of the means of the gradient, of its difference to the one before, and of the square of both.
        eps: Added to the root of the third, for stability.
        weight_decay: Weights are divided by 1 + lr * weight_decay after every step (the paper's proximal form).
    """
    if len(betas) != 3:
        raise ValueError(f"betas must be three numbers, got {betas}")
    tensors = [tensor for _, tensor in require_trainable(parameters)]
    options = {"lr": lr, "betas": tuple(betas), "eps": eps, "weight_decay": weight_decay}
    made: torch.optim.Optimizer = from_package("Adan")(tensors, **options, weight_decouple=False)
    return made
