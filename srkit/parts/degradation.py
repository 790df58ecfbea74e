"""Degradations: how LR is made from HR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from srkit.registry import Ability, Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch import Generator, Tensor

PER_CHANNEL = Ability(
    "per_channel",
    False,
    "True where every channel is treated alike and by itself: luma may then be taken first, which is cheaper",
)
RESIZES = Ability("resizes", True, "False for a stage of a chain, which keeps the size and cannot stand alone")

degradation = Kind(
    "degradation",
    ("scale",),
    gives="callable: (high (N,C,sH,sW), generator) to low (N,C,H,W)",
    contract="srkit.testing.degradation:degradation",
    room="srkit.degradations",
    abilities=(PER_CHANNEL, RESIZES),
)


class DegradationFn(Protocol):
    """A degradation, built. Several threads call it at once in training.

    C is 3; it is 1 for a gray image, and for luma where the part is ``PER_CHANNEL``. A part that rounds to 8 bits
    has an attribute ``quantise``, which is True until a chain sets it to False.
    """

    def __call__(self, high: Tensor, generator: Generator, /) -> Tensor:
        """Return low (N,C,H,W) of high (N,C,s*H,s*W), batched, on the tensor's own device.

        The generator is always a CPU one: the same seed draws the same degradation on every device.
        """
        ...


@runtime_checkable
class Traced(Protocol):
    """A degradation that can also say what it drew."""

    def trace(self, high: Tensor, generator: Generator) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Return what calling it returns, and the drawn values by name.

        ``"kernels"`` is (N,k,k), the blur kernel of each image.
        """


if TYPE_CHECKING:
    Degradation: TypeAlias = Slot[DegradationFn]
else:
    Degradation = degradation.slot
