"""Models: networks that enlarge an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

from srkit.registry import Ability, Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch import Tensor, nn

NEEDS: Ability[Any] = Ability(
    "needs",
    None,
    "a `srkit.network.needs.Needs`: how much of an image decides about a pixel, and which sizes and number formats "
    "the module takes; a module without it is always shown the whole image",
)

VARIANTS: Ability[Sequence[Any]] = Ability(
    "variants",
    (),
    "of the class: each a `srkit.network.variant.Variant`, the forms of the network that papers name, with their "
    "options and published scores, for `srkit networks`; a class without it has one form, its defaults",
)

model = Kind(
    "model",
    ("scale", "channels"),
    gives="module: (N,C,H,W) to (N,C,sH,sW)",
    contract="srkit.testing.model:model",
    room="srkit.models",
    abilities=(NEEDS, VARIANTS),
)


@runtime_checkable
class Pyramid(Protocol):
    """A model that predicts every level of a pyramid."""

    def pyramid(self, x: Tensor) -> Sequence[Tensor]:
        """Return predictions coarse to fine; the last is what calling the model gives."""


if TYPE_CHECKING:
    Model: TypeAlias = Slot[nn.Module]
else:  # torch is not imported to know what kinds there are
    Model = model.slot
