"""Discriminators: networks that learn to tell HR from SR, beside the model that is trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from srkit.registry import Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch import nn

discriminator = Kind(
    "discriminator",
    ("channels", "patch"),
    gives="module: crops (N,C,patch,patch) to scores (N,...), higher for crops that look like HR",
    contract="srkit.testing.discriminator:discriminator",
    room="srkit.discriminators",
)

if TYPE_CHECKING:
    Discriminator: TypeAlias = Slot[nn.Module]
else:  # torch is not imported to know what kinds there are
    Discriminator = discriminator.slot
