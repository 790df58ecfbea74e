"""Everything that changes during training, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from srkit.engine.ema import Ema
from srkit.errors import CheckpointError


@dataclass
class TrainState:
    """Everything that changes during training, and nothing else."""

    model: nn.Module
    optimizer: Optimizer
    schedule: LRScheduler
    step: int = 0
    ema: Ema | None = None

    def state_dict(self) -> dict[str, Any]:
        """Return the state as tensors and plain values, torch's random generators included (dropout)."""
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": _plain(self.schedule.state_dict()),
            "random": torch.get_rng_state(),
        }
        if self.ema is not None:
            state["ema"] = self.ema.state_dict()
        if torch.cuda.is_available():
            state["random_cuda"] = torch.cuda.get_rng_state_all()
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from ``state``.

        Raises:
            CheckpointError: It belongs to another network, or to a training with or without EMA.
        """
        if (self.ema is None) == ("ema" in state):
            has, wants = ("an", "none") if self.ema is None else ("no", "one")
            raise CheckpointError(f"the checkpoint has {has} EMA of the weights, this training wants {wants}")
        self.step = state["step"]
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"])
        if self.ema is not None:
            self.ema.load_state_dict(state["ema"])
        if torch.cuda.is_available() and "random_cuda" in state:
            torch.cuda.set_rng_state_all(state["random_cuda"])


def _plain(state: dict[str, Any]) -> dict[str, Any]:
    """Leave functions out: a schedule is made anew from its options, only its position is state."""
    return {name: value for name, value in state.items() if name != "lr_lambdas"} | {
        name: [None] * len(value) for name, value in state.items() if name == "lr_lambdas"
    }
