"""Degradations: how LR is made from HR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from srkit.registry import Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch import Tensor

    from srkit.draws import Draws

degradation = Kind(
    "degradation",
    ("scale",),
    gives="callable: (high (N,C,sH,sW), draws) to low (N,C,H,W)",
    contract="srkit.testing.degradation:degradation",
    room="srkit.degradations",
)


class DegradationFn(Protocol):
    """A degradation, built. Several threads call it at once in training."""

    def __call__(self, high: Tensor, draws: Draws, /) -> Tensor:
        """Return low (N,C,H,W) of high (N,C,s*H,s*W), batched, on the tensor's own device.

        C is 3, or 1 for gray images. What is random comes from the draws, which are the same on every device. Row n
        of low depends on row n of both and on nothing else, to the last bit: not on the size of the batch either.
        """
        ...


@runtime_checkable
class Traced(Protocol):
    """A degradation that can also say what it drew."""

    def trace(self, high: Tensor, draws: Draws) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Return what calling it returns, and the drawn values by name.

        ``"kernels"`` is (N,k,k), the blur kernel of each image.
        """


if TYPE_CHECKING:
    Degradation: TypeAlias = Slot[DegradationFn]
else:
    Degradation = degradation.slot
