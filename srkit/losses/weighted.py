"""A sum of losses."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

import srkit
from srkit.errors import TrainingError, did_you_mean
from srkit.losses.balance import Balance
from srkit.parts import Loss
from srkit.parts.loss import COMPARES, LEAST, Balanced, LossFn, WithLow, for_batch


@dataclass(frozen=True, kw_only=True)
class Term:
    """One loss of the sum.

    Args:
        loss: The loss.
        weight: Factor of the loss; with balance, the norm of its gradient relative to that of the other term.
        balance: The other term, against whose gradient this one is balanced; null takes the weight as it is.
    """

    loss: Loss
    weight: float = 1.0
    balance: str | None = None


@srkit.loss("weighted")
class Weighted(nn.Module):
    """A sum of named losses, each times its weight, which may be set from the norms of their gradients.

    A term with ``balance: OTHER`` gets, before the first step, the weight that makes the norm of its
    gradient with respect to the full-size SR of the first batch ``weight`` times that of OTHER, whose own
    weight counts. The weight is then kept, at every level of a pyramid and after a resume.
    Before a training has set the weights, every call balances its own images.

    Args:
        terms: Losses and weights by name: ``{pixel: {loss: l1}, sharp: {loss: mse, weight: 0.1}}``,
            or ``{pixel: {loss: charbonnier}, look: {loss: perceptual, balance: pixel}}``.
    """

    def __init__(self, *, terms: dict[str, Term]) -> None:
        super().__init__()
        if not terms:
            raise ValueError("terms must name at least one loss, got none")
        if dotted := [name for name in terms if "." in name]:
            raise ValueError(f"names of terms must have no dot, got {', '.join(map(repr, dotted))}")
        self.weights = {name: term.weight for name, term in terms.items()}
        self.balancing = _balance(terms)
        self.losses: dict[str, LossFn] = {name: term.loss() for name, term in terms.items()}
        for name, loss in self.losses.items():  # so that .to(device) reaches losses that own a network
            if isinstance(loss, nn.Module):
                self.add_module(f"term_{name}", loss)

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return a scalar of two (N,C,H,W)."""
        return sum(self.terms(prediction, target).values(), start=prediction.new_zeros(()))

    def terms(self, prediction: Tensor, target: Tensor) -> dict[str, Tensor]:
        """Return the value of every loss by name, times its weight."""
        weights = self.weights | (self._found() or self._measured(prediction, target))
        return {name: weights[name] * value for name, value in self.parts(prediction, target).items()}

    def parts(self, prediction: Tensor, target: Tensor) -> dict[str, Tensor]:
        """Return the value of every loss by name, before its weight."""
        return {name: loss(prediction, target) for name, loss in self.losses.items()}

    @property
    def least(self) -> int:
        """The smallest side of images, in pixels, that every term can compare."""
        return max(LEAST.of(loss) for loss in self.losses.values())

    @property
    def compares(self) -> bool:
        """Whether any term compares the prediction with something."""
        return any(COMPARES.of(loss) for loss in self.losses.values())

    def with_low(self, low: Tensor) -> Weighted:
        """Return the same sum for a batch whose LR is ``low``, (N,C,h,w); both share their balance."""
        if not any(isinstance(loss, WithLow) for loss in self.losses.values()):
            return self
        bound = copy.copy(self)  # not deep: the balance and the networks of the terms stay those of this sum
        bound.losses = {name: for_batch(loss, low) for name, loss in self.losses.items()}
        return bound

    def balance(self, prediction: Tensor, target: Tensor) -> None:
        """Set the weights of balanced terms from two (N,C,H,W).

        Raises:
            TrainingError: A term, or the one that it is balanced against, has no gradient.
        """
        for loss in self.losses.values():
            if isinstance(loss, Balanced):
                loss.balance(prediction, target)
        if self.balancing is not None:
            found = self._measured(prediction, target)
            if flat := [name for name, weight in found.items() if weight == 0 != self.weights[name]]:
                raise TrainingError(
                    f"loss.terms.{flat[0]}.balance: wants a gradient of {flat[0]!r} and one of "
                    f"{self.balancing.against[flat[0]]!r}, found none on the first batch; give a plain weight"
                )
            self.balancing.found = found

    @property
    def balanced(self) -> dict[str, float]:
        """The weights that were set, by term; those of a sum within the sum are called ``TERM.TERM``."""
        found = dict(self._found())
        for name, loss in self.losses.items():
            if isinstance(loss, Balanced):
                found |= {f"{name}.{inner}": weight for inner, weight in loss.balanced.items()}
        return found

    def _found(self) -> dict[str, float]:
        return {} if self.balancing is None else self.balancing.found

    def _measured(self, prediction: Tensor, target: Tensor) -> dict[str, float]:
        if self.balancing is None:
            return {}
        ratios = self.balancing.measure(self.losses, prediction, target)
        return {
            name: self.weights[name] * abs(self.weights[self.balancing.against[name]]) * ratio
            for name, ratio in ratios.items()
        }


def _balance(terms: Mapping[str, Term]) -> Balance | None:
    """Return the balance of the terms that have one.

    Raises:
        ValueError: A term is to be compared with one that cannot serve.
    """
    against = {name: term.balance for name, term in terms.items() if term.balance is not None}
    for name, other in against.items():
        free = [one for one, term in terms.items() if term.balance is None and term.weight and one != name]
        if other not in free:
            why = " (which is balanced itself)" if other in against else ""
            raise ValueError(
                f"terms.{name}.balance must name a term that has a weight of its own, "
                f"got {other!r}{why}{did_you_mean(other, free)}"
            )
    return Balance(against) if against else None
