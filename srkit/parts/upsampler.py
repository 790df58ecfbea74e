"""Upsamplers: layers that take features to a larger grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from srkit.parts.model import NEEDS
from srkit.registry import Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch import nn

upsampler = Kind(
    "upsampler",
    ("channels", "out_channels", "scale"),
    gives="module: features to features or to an image, exactly `scale` times larger, any H and W",
    contract="srkit.testing.upsampler:upsampler",
    room="srkit.upsamplers",
    abilities=(NEEDS,),
)

if TYPE_CHECKING:
    Upsampler: TypeAlias = Slot[nn.Module]
else:
    Upsampler = upsampler.slot
