"""A sum of losses."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

import srkit
from srkit.slots import Loss, LossFn


@dataclass(frozen=True, kw_only=True)
class Term:
    """One loss of the sum.

    Args:
        loss: The loss.
        weight: What it is multiplied by.
    """

    loss: Loss
    weight: float = 1.0


@srkit.loss("weighted")
class Weighted(nn.Module):
    """A sum of named losses, each times its weight.

    Args:
        terms: Losses and weights by name: ``{pixel: {loss: l1}, sharp: {loss: mse, weight: 0.1}}``.
    """

    def __init__(self, *, terms: dict[str, Term]) -> None:
        super().__init__()
        if not terms:
            raise ValueError("terms must name at least one loss, got none")
        if dotted := [name for name in terms if "." in name]:
            raise ValueError(f"names of terms must have no dot, got {', '.join(map(repr, dotted))}")
        self.weights = {name: term.weight for name, term in terms.items()}
        self.losses: dict[str, LossFn] = {name: term.loss() for name, term in terms.items()}
        for name, loss in self.losses.items():  # so that .to(device) reaches losses that own a network
            if isinstance(loss, nn.Module):
                self.add_module(f"term_{name}", loss)

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return a scalar of two (N,C,H,W)."""
        parts = self.parts(prediction, target)
        total = sum(self.weights[name] * value for name, value in parts.items())
        assert isinstance(total, Tensor)
        return total

    def parts(self, prediction: Tensor, target: Tensor) -> dict[str, Tensor]:
        """Return the value of every loss by name, before its weight."""
        return {name: loss(prediction, target) for name, loss in self.losses.items()}
