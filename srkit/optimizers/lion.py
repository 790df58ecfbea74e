"""Lion: steps of one size, in the direction of the sign of the momentum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import torch
from torch import Tensor

import srkit
from srkit.optimizers.package import from_package
from srkit.optimizers.validate import beta_pair, require_trainable


@srkit.optimizer("lion")
@srkit.limited
def lion(
    parameters: Iterable[tuple[str, Tensor]],
    *,
    lr: Annotated[float, srkit.Range(above=0)] = 3e-5,
    betas: list[Annotated[float, srkit.Range(0, below=1)]] = [0.9, 0.99],  # noqa: B006 - read, never changed
    weight_decay: Annotated[float, srkit.Range(0)] = 0.0,
) -> torch.optim.Optimizer:
    """Lion (Chen et al. 2023), by the package pytorch_optimizer; it needs srkit[optimizers].

    Each weight moves by the learning rate, up or down, so take a rate 3 to 10 times lower than for Adam.

    Args:
        lr: Learning rate.
        betas: Share of the momentum in the step, and decay of the momentum.
        weight_decay: Share of the weights taken off at every step, times lr (decoupled, as in AdamW).
    """
    tensors = [tensor for _, tensor in require_trainable(parameters)]
    options = {"lr": lr, "betas": beta_pair(betas), "weight_decay": weight_decay}
    made: torch.optim.Optimizer = from_package("Lion")(tensors, **options, weight_decouple=True)
    return made
