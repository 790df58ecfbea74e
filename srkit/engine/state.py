"""The state of the training of one network by one optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from srkit.engine.checkpoint import load_into
from srkit.engine.ema import Ema
from srkit.engine.loss_state import load_loss_state, loss_state
from srkit.errors import CheckpointError, TrainingError
from srkit.parts.loss import LossFn
from srkit.training import Recipe


@dataclass
class TrainState:
    """The values that change while one network is trained by one optimizer, and no others."""

    model: nn.Module
    optimizer: Optimizer
    schedule: LRScheduler
    step: int = 0
    ema: Ema | None = None
    loss: LossFn | None = None

    @classmethod
    def begin(cls, model: nn.Module, recipe: Recipe, steps: int) -> TrainState:
        """Return the state before the first of ``steps`` steps; the loss is on the model's device already."""
        optimizer = recipe.optimizer(list(model.named_parameters()))
        ema = None if recipe.ema is None else Ema(model, recipe.ema)
        return cls(model, optimizer, recipe.schedule(optimizer, steps), ema=ema, loss=recipe.loss)

    @property
    def evaluated(self) -> nn.Module:
        """The network that is measured and kept: the moving average where there is one."""
        return self.model if self.ema is None else self.ema.module

    def state_dict(self) -> dict[str, Any]:
        """Return the state as tensors and plain values.

        Raises:
            TrainingError: A weight is not finite, so no training could resume from the state.
        """
        self._refuse_nonsense()
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
        }
        if self.ema is not None:
            state["ema"] = self.ema.state_dict()
        if remembered := loss_state(self.loss):
            state["loss"] = remembered
        return state

    def load_state_dict(self, state: Mapping[str, Any], where: str = "the checkpoint") -> None:
        """Restore ``state``.

        Args:
            state: The result of ``state_dict``, on any device.
            where: The file that it was read from, for messages.

        Raises:
            CheckpointError: The state belongs to another network, optimizer or loss, or differs in having an EMA.
        """
        missing = {"step", "model", "optimizer", "schedule"} - state.keys()
        if missing:
            raise CheckpointError(f"{where}: wants the state of a training, found no {', '.join(sorted(missing))}")
        if (self.ema is None) == ("ema" in state):
            has, wants = ("an", "none") if self.ema is None else ("no", "one")
            raise CheckpointError(f"{where}: has {has} EMA of the weights, this training wants {wants}")
        load_into(self.model, state["model"], where)
        try:
            self.optimizer.load_state_dict(state["optimizer"])
        except ValueError as error:
            raise CheckpointError(f"{where}: belongs to another optimizer: {error}") from None
        self.schedule.load_state_dict(state["schedule"])
        if self.ema is not None:
            self.ema.load_state_dict(state["ema"])
        load_loss_state(self.loss, state.get("loss", {}), where)
        self.step = state["step"]

    def _refuse_nonsense(self) -> None:
        broken = [name for name, weight in self.model.named_parameters() if not weight.isfinite().all()]
        if broken:
            more = f" and {len(broken) - 1} more" if len(broken) > 1 else ""
            raise TrainingError(
                f"step {self.step}: wants finite weights, found nan or inf in {broken[0]}{more}; the state was "
                "not saved; try a lower lr, a warmup, train.clip=1 or train.precision=fp32"
            )
