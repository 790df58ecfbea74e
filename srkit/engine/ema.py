"""A moving average of the weights."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn


class Ema:
    """The exponential moving average of a network's weights, as a network of its own.

    It starts as a copy of the network, and forgets it gradually: at step t the decay is
    ``min(decay, (1 + t) / (10 + t))``, so that short runs are not held back by their initial weights.

    Args:
        model: The network to follow.
        decay: How much of the average is kept at every step, in [0, 1).
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.module = copy.deepcopy(model).eval().requires_grad_(False)
        self.decay = decay
        self.steps = 0
        self.endless = {
            name
            for name, value in self.module.state_dict().items()
            if value.is_floating_point() and not value.isfinite().all()
        }

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Move the average towards ``model``; copy values that are not floats (counters) or not finite (masks)."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        kept, new = self.module.state_dict(), model.state_dict()
        # a shared weight has several names
        once = {(value.data_ptr(), value.shape): name for name, value in kept.items()}.values()
        floats = [name for name in once if kept[name].is_floating_point() and name not in self.endless]
        torch._foreach_lerp_([kept[name] for name in floats], [new[name] for name in floats], 1 - decay)
        for name in set(once) - set(floats):
            kept[name].copy_(new[name])

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the average."""
        return {"steps": self.steps, "module": self.module.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore ``state``."""
        self.steps = state["steps"]
        self.module.load_state_dict(state["module"])
