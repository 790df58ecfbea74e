"""Adam with decoupled weight decay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import torch
from torch import Tensor

import srkit
from srkit.optimizers.validate import beta_pair, can_fuse, require_trainable


@srkit.optimizer("adamw")
@srkit.limited
def adamw(
    parameters: Iterable[tuple[str, Tensor]],
    *,
    lr: Annotated[float, srkit.Range(above=0)] = 1e-4,
    betas: list[Annotated[float, srkit.Range(0, below=1)]] = [0.9, 0.999],  # noqa: B006 - read, never changed
    eps: Annotated[float, srkit.Range(0)] = 1e-8,
    weight_decay: Annotated[float, srkit.Range(0)] = 0.01,
) -> torch.optim.AdamW:
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019).

    Args:
        lr: Learning rate.
        betas: Decay of the means of the gradient and of its square.
        eps: Added to the root of the second, for stability.
        weight_decay: Share of the weights taken off at every step, times lr.
    """
    named = require_trainable(parameters)
    return torch.optim.AdamW(
        named, lr=lr, betas=beta_pair(betas), eps=eps, weight_decay=weight_decay, fused=can_fuse(named)
    )
