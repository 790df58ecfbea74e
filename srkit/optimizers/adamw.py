"""Adam with decoupled weight decay."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

import srkit
from srkit.optimizers.checked import fused, pair_of, refuse, trained


@srkit.optimizer("adamw")
def adamw(
    parameters: Iterable[tuple[str, Tensor]],
    *,
    lr: float = 1e-4,
    betas: list[float] = [0.9, 0.999],  # noqa: B006 - read, never changed
    eps: float = 1e-8,
    weight_decay: float = 0.01,
) -> torch.optim.AdamW:
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019).

    Args:
        lr: Learning rate.
        betas: Decay of the means of the gradient and of its square.
        eps: Added to the root of the second, for stability.
        weight_decay: Share of the weights taken off at every step, times lr.
    """
    refuse(lr=lr, weight_decay=weight_decay, eps=eps)
    named = trained(parameters)
    return torch.optim.AdamW(
        named, lr=lr, betas=pair_of(betas), eps=eps, weight_decay=weight_decay, fused=fused(named)
    )
