"""Methods, which enlarge one image and may learn from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from srkit.registry import Ability, Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch import Tensor

    from srkit.draws import Draws

LEAST: Ability[int] = Ability("least", 1, "the smallest side, in pixels, of an image that it takes")

method = Kind(
    "method",
    ("scale",),
    gives="callable: (low (1,C,h,w), draws) to high (1,C,sh,sw), which may learn from the image",
    contract="srkit.testing.method:method",
    room="srkit.methods",
    abilities=(LEAST,),
)


class MethodFn(Protocol):
    """A method, built."""

    def __call__(self, low: Tensor, draws: Draws, /) -> Tensor:
        """Return high (1,C,s*h,s*w) of low (1,C,h,w) in [0,1], on the tensor's own device, without a gradient.

        C is 3 (RGB), or 1 (gray or luma); ``low`` is a whole image in float32 or float64, never a tile. Gradients
        are switched on, autocast is switched off, and torch's generator is seeded, from which the networks that the
        method builds and trains may draw. All else that is random comes from the draws. The result is not clipped.
        """
        ...


if TYPE_CHECKING:
    Method: TypeAlias = Slot[MethodFn]
else:
    Method = method.slot
