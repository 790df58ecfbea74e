"""Weights that are set from the norms of gradients."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from srkit.parts.loss import LossFn


class Balance(nn.Module):
    """For some terms of a sum, the weight that makes a term's gradient as strong as another's.

    It is a module because its weights must survive a killed process: a training saves the
    extra state of its loss.

    Args:
        against: For each term to balance, the term that it is compared with.
    """

    def __init__(self, against: Mapping[str, str]) -> None:
        super().__init__()
        self.against = against
        self.found: dict[str, float] = {}

    def measure(self, losses: Mapping[str, LossFn], prediction: Tensor, target: Tensor) -> dict[str, float]:
        """Return |gradient of the other| / |gradient of the term| with respect to ``prediction``, by term.

        It is 0 where one of them has no gradient, as at a perfect prediction: no weight makes them equal there.
        """
        names = dict.fromkeys([*self.against, *self.against.values()])
        norms = {name: _gradient_norm(losses[name], prediction, target) for name in names}
        return {name: norms[other] / norms[name] if norms[name] else 0.0 for name, other in self.against.items()}

    def get_extra_state(self) -> dict[str, float]:
        """Return the weights that were measured."""
        return self.found

    def set_extra_state(self, state: Mapping[str, float]) -> None:
        """Restore weights that were measured before."""
        self.found = dict(state)


def _gradient_norm(loss: LossFn, prediction: Tensor, target: Tensor) -> float:
    leaf = prediction.detach().float().requires_grad_()
    with torch.enable_grad():
        value = loss(leaf, target.detach())
    if not value.requires_grad:
        return 0.0
    (gradient,) = torch.autograd.grad(value, leaf)
    return float(torch.linalg.vector_norm(gradient))
