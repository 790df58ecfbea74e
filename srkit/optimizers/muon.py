"""Muon: momentum whose matrices are made orthogonal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Annotated, Any, overload

import torch
from torch import Tensor

import srkit
from srkit.optimizers.validate import beta_pair, require_trainable

FEWEST = 8
"""Least input and output channels of a weight for Muon; layers next to the image, biases and slopes get Adam."""

QUINTIC = (3.4445, -4.7750, 2.0315)
"""Coefficients of Jordan's Newton-Schulz step, after which singular values are between about 0.7 and 1.2."""

NEWTON_SCHULZ_STEPS = 5

ADAM_RMS = 0.2
"""Root mean square of an update at learning rate 1; Adam's is about as large, so both take one rate."""


@srkit.optimizer("muon")
class Muon(torch.optim.Optimizer):
    """Muon for the convolutions between features, Adam for the rest.

    Jordan et al. 2024 (kellerjordan.github.io/posts/muon): the update is the nearest matrix with equal
    singular values to the momentum, so no direction dominates. A convolution (O,I,k,k) is a matrix of O rows
    and I*k*k columns; a transposed one (I,O,k,k) has I rows. Updates are scaled to the size of Adam's (Liu et
    al. 2025, arXiv 2502.16982, equation 4), so that Muon and Adam share one learning rate. ``torch.optim.Muon``
    takes only parameters that are matrices.

    Args:
        lr: Learning rate.
        momentum: Decay of the momentum of Muon.
        betas: Decays of the two averages of Adam.
        eps: Added to the divisor of Adam.
        weight_decay: Share of the weight that is taken off per step, times lr (decoupled, as in AdamW).
    """

    @srkit.limited
    def __init__(
        self,
        parameters: Iterable[tuple[str, Tensor]],
        *,
        lr: Annotated[float, srkit.Range(above=0)] = 1e-3,
        momentum: Annotated[float, srkit.Range(0, below=1)] = 0.9,
        betas: list[Annotated[float, srkit.Range(0, below=1)]] = [0.9, 0.99],  # noqa: B006 - read, never changed
        eps: Annotated[float, srkit.Range(0)] = 1e-8,
        weight_decay: Annotated[float, srkit.Range(0)] = 0.0,
    ) -> None:
        named = require_trainable(parameters)
        matrices = [pair for pair in named if _is_matrix(pair[1])]
        others = [pair for pair in named if not _is_matrix(pair[1])]
        groups = [{"params": matrices, "orthogonal": True}, {"params": others, "orthogonal": False}]
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "betas": beta_pair(betas),
            "eps": eps,
            "weight_decay": weight_decay,
        }
        super().__init__([group for group in groups if group["params"]], defaults)

    @overload
    def step(self, closure: None = None) -> None: ...

    @overload
    def step(self, closure: Callable[[], float]) -> float: ...

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Take one step; ``closure``, where given, computes the loss anew and returns it."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            learning = [weight for weight in group["params"] if weight.grad is not None]
            if group["weight_decay"] and learning:
                torch._foreach_mul_(learning, 1 - group["lr"] * group["weight_decay"])
            if group["orthogonal"]:
                self._step_muon(learning, group)
            else:
                self._step_adam(learning, group)
        return loss

    def _step_muon(self, weights: list[Tensor], group: dict[str, Any]) -> None:
        """Move ``weights`` along their orthogonal momentum; weights of one shape are computed together."""
        alike: dict[torch.Size, list[Tensor]] = defaultdict(list)
        for weight in weights:
            alike[weight.flatten(1).shape].append(weight)
        decay = group["momentum"]
        for shape, same in alike.items():
            gradients = [weight.grad for weight in same if weight.grad is not None]
            for weight in same:
                if not self.state[weight]:
                    self.state[weight]["momentum"] = torch.zeros_like(weight)
            momenta = [self.state[weight]["momentum"] for weight in same]
            torch._foreach_lerp_(momenta, gradients, 1 - decay)
            ahead = torch._foreach_lerp(gradients, momenta, decay)  # Nesterov's look ahead
            updates = orthogonal(torch.stack([one.flatten(1) for one in ahead]).float())
            size = ADAM_RMS * max(shape) ** 0.5
            moves = [update.view(weight.shape) for weight, update in zip(same, updates, strict=True)]
            torch._foreach_add_(same, moves, alpha=-group["lr"] * size)

    def _step_adam(self, weights: list[Tensor], group: dict[str, Any]) -> None:
        """Take Adam's step for ``weights``; those that have taken as many steps are computed together."""
        first, second = group["betas"]
        taken: dict[int, list[Tensor]] = defaultdict(list)
        for weight in weights:
            state = self.state[weight]
            if not state:
                state.update(step=0, mean=torch.zeros_like(weight), square=torch.zeros_like(weight))
            state["step"] += 1
            taken[state["step"]].append(weight)
        for step, same in taken.items():
            gradients = [weight.grad for weight in same if weight.grad is not None]
            means, squares = ([self.state[weight][name] for weight in same] for name in ("mean", "square"))
            torch._foreach_lerp_(means, gradients, 1 - first)
            torch._foreach_mul_(squares, second)
            torch._foreach_addcmul_(squares, gradients, gradients, value=1 - second)
            divisors = torch._foreach_div(squares, 1 - second**step)
            torch._foreach_sqrt_(divisors)
            torch._foreach_add_(divisors, group["eps"])
            torch._foreach_addcdiv_(same, means, divisors, value=-group["lr"] / (1 - first**step))


def orthogonal(matrices: Tensor) -> Tensor:
    """Return (N,R,C) with the singular vectors of ``matrices`` and singular values of about 1; zeros stay zeros."""
    a, b, c = QUINTIC
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / x.norm(dim=(-2, -1), keepdim=True).clamp_min(1e-12)
    # each step multiplies x by a polynomial of x @ x.mT; polynomials of one matrix commute, so all steps are
    # taken on that square matrix, whose side is the shorter one of x, and x is multiplied once
    square = x @ x.mT
    identity = torch.eye(square.shape[-1], dtype=x.dtype, device=x.device)
    product = identity
    for _ in range(NEWTON_SCHULZ_STEPS):
        step = a * identity + b * square + c * square @ square
        product = step @ product
        square = step @ square @ step
    x = product @ x
    orthogonalised: Tensor = x.mT if tall else x
    return orthogonalised


def _is_matrix(weight: Tensor) -> bool:
    return weight.ndim >= 2 and min(weight.shape[:2]) >= FEWEST
