"""Adam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import torch
from torch import Tensor

import srkit
from srkit.optimizers.validate import beta_pair, can_fuse, require_trainable


@srkit.optimizer("adam")
@srkit.limited
def adam(
    parameters: Iterable[tuple[str, Tensor]],
    *,
    lr: Annotated[float, srkit.Range(above=0)] = 1e-4,
    betas: list[Annotated[float, srkit.Range(0, below=1)]] = [0.9, 0.999],  # noqa: B006 - read, never changed
    eps: Annotated[float, srkit.Range(0)] = 1e-8,
    weight_decay: Annotated[float, srkit.Range(0)] = 0.0,
) -> torch.optim.Adam:
    """Adam (Kingma and Ba 2015).

    Args:
        lr: Learning rate.
        betas: Decay of the means of the gradient and of its square.
        eps: Added to the root of the second, for stability.
        weight_decay: L2 penalty added to the gradient.
    """
    named = require_trainable(parameters)
    return torch.optim.Adam(
        named, lr=lr, betas=beta_pair(betas), eps=eps, weight_decay=weight_decay, fused=can_fuse(named)
    )
