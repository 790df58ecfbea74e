"""Optimizers, which turn gradients into steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from srkit.registry import Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    import torch

optimizer = Kind(
    "optimizer",
    ("parameters",),
    gives="a `torch.optim.Optimizer` of the (name, parameter) pairs",
    contract="srkit.testing.optimizer:optimizer",
    room="srkit.optimizers",
)

if TYPE_CHECKING:
    Optimizer: TypeAlias = Slot[torch.optim.Optimizer]
else:
    Optimizer = optimizer.slot
