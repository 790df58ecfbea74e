"""A watch over two networks that train against each other: has one of them won, has the other collapsed?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

WINDOW = 50
"""Steps whose means are judged together. Losses of single steps of such trainings are noise."""

WON = 1e-3
"""The share of the loss of guessing below which a discriminator learns next to nothing any more."""


class Rivalry:
    """Watches the losses of both networks and says when, and why, training should stop.

    It adds up on the device and reads numbers once in ``WINDOW`` steps, so a GPU does not wait for it.

    Args:
        chance: The loss of a discriminator that guesses.
        won: A discriminator whose loss is below ``WON`` times ``chance`` in so many steps in a row has won; None
            never says so.
        collapse: The network has collapsed where its recipe's loss is more than so many times the lowest so far,
            both as means over ``WINDOW`` steps; None never says so.
        weight: The weight of the adversarial term, for messages.
    """

    def __init__(self, chance: float, *, won: int | None, collapse: float | None, weight: float) -> None:
        self.chance, self.won, self.collapse, self.weight = chance, won, collapse, weight
        self.failure: str | None = None
        self.count = self.easy = 0
        self.lowest = math.inf
        self.sums = torch.zeros(2, dtype=torch.float64)

    @torch.no_grad()
    def watch(self, step: int, discriminator_loss: Tensor, content: Tensor) -> None:
        """Add the losses of a step: the discriminator's, and the recipe's between SR and HR; both are scalars."""
        losses = torch.stack([discriminator_loss.float(), content.float()])
        if losses.device.type != "mps":  # which has no float64
            losses = losses.double()
        self.sums = self.sums.to(losses) + losses
        self.count += 1
        if self.count < WINDOW:
            return
        mean_discriminator, mean_content = (self.sums / self.count).tolist()
        self.sums, self.count = torch.zeros_like(self.sums), 0
        self._judge_discriminator(step, mean_discriminator)
        self._judge_content(step, mean_content)

    def _judge_discriminator(self, step: int, mean: float) -> None:
        self.easy = self.easy + WINDOW if mean < WON * self.chance else 0
        if self.won is None or self.easy < self.won:
            return
        steps, self.easy = self.easy, 0  # a run that is resumed goes on for as long again
        self.failure = (
            f"step {step}: wants a discriminator loss of at least {WON * self.chance:.2g}, {100 * WON:g} % of that "
            f"of guessing, found less in {steps} steps in a row, and {mean:.2g} in the last {WINDOW}: the "
            "discriminator has won, and its gradient shows the network no way; in a new run, give it a lower "
            "learning rate (train.regime.optimizer.lr), R1 (train.regime.r1), spectral normalisation or fewer "
            f"features, or train.regime.won=null; a run that is resumed goes on for {self.won} steps at least"
        )

    def _judge_content(self, step: int, mean: float) -> None:
        before, self.lowest = self.lowest, min(self.lowest, mean)
        if self.collapse is None or mean <= self.collapse * before:
            return
        self.lowest = mean  # a run that is resumed goes on from here
        self.failure = (
            f"step {step}: wants a loss between SR and HR of at most {self.collapse * before:.3g}, which is "
            f"{self.collapse:g} times its lowest mean over {WINDOW} steps, found {mean:.3g}: the network has "
            f"collapsed; in a new run, give the adversarial term a lower weight (train.regime.weight is "
            f"{self.weight:g}), both networks a lower learning rate, train.clip=1, a pixel term (loss: weighted), "
            "or train.regime.collapse=null; a run that is resumed goes on, measured by this loss"
        )

    def state_dict(self) -> dict[str, Any]:
        """Return the sums and counts as tensors and plain values."""
        return {"sums": self.sums, "count": self.count, "easy": self.easy, "lowest": self.lowest}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore ``state``."""
        self.sums, self.count = state["sums"].clone(), state["count"]
        self.easy, self.lowest = state["easy"], state["lowest"]
