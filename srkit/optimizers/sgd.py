"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import torch
from torch import Tensor

import srkit
from srkit.optimizers.validate import require_trainable


@srkit.optimizer("sgd")
@srkit.limited
def sgd(
    parameters: Iterable[tuple[str, Tensor]],
    *,
    lr: Annotated[float, srkit.Range(above=0)] = 0.1,
    momentum: Annotated[float, srkit.Range(0, below=1)] = 0.9,
    nesterov: bool = False,
    weight_decay: Annotated[float, srkit.Range(0)] = 0.0,
    bias_lr_factor: Annotated[float, srkit.Range(above=0)] = 1.0,
) -> torch.optim.SGD:
    """Stochastic gradient descent with momentum.

    Args:
        lr: Learning rate.
        momentum: Share of the last step that is taken again.
        nesterov: Look ahead by the momentum first.
        weight_decay: L2 penalty added to the gradient.
        bias_lr_factor: The learning rate of biases, as a multiple of lr (LapSRN's code has 0.1).
    """
    if nesterov and momentum == 0:
        raise ValueError(f"nesterov wants a momentum above 0, got {momentum}")
    named = require_trainable(parameters)
    weights = [pair for pair in named if not pair[0].endswith("bias")]
    biases = [pair for pair in named if pair[0].endswith("bias")]
    groups = [{"params": weights, "lr": lr}, {"params": biases, "lr": lr * bias_lr_factor}]
    return torch.optim.SGD(
        [group for group in groups if group["params"]],
        lr=lr,
        momentum=momentum,
        nesterov=nesterov,
        weight_decay=weight_decay,
    )
