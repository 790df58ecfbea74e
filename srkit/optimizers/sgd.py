"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

import srkit
from srkit.optimizers.checked import refuse, trained


@srkit.optimizer("sgd")
def sgd(
    parameters: Iterable[tuple[str, Tensor]],
    *,
    lr: float = 0.1,
    momentum: float = 0.9,
    nesterov: bool = False,
    weight_decay: float = 0.0,
    bias_lr_factor: float = 1.0,
) -> torch.optim.SGD:
    """Stochastic gradient descent with momentum.

    Args:
        lr: Learning rate.
        momentum: Share of the last step that is taken again.
        nesterov: Look ahead by the momentum first.
        weight_decay: L2 penalty added to the gradient.
        bias_lr_factor: The learning rate of biases, as a multiple of lr (LapSRN's code has 0.1).
    """
    refuse(lr=lr, weight_decay=weight_decay)
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be in [0, 1), got {momentum}")
    if nesterov and momentum == 0:
        raise ValueError(f"nesterov wants a momentum above 0, got {momentum}")
    if not bias_lr_factor > 0:
        raise ValueError(f"bias_lr_factor must be positive, got {bias_lr_factor}")
    named = trained(parameters)
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
