"""Models: networks that enlarge an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from srkit.registry import Ability, Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch import Tensor, nn

HALO: Ability[int | None] = Ability(
    "halo",
    None,
    "how many input pixels around one of them decide about the `scale**2` pixels made of it: a large image is then "
    "enlarged in tiles, and as a whole where this is None",
)
ALIGN = Ability(
    "align",
    1,
    "where a pixel depends on where a multiple of `n` begins, because the network shrinks its input: `n`",
)

model = Kind(
    "model",
    ("scale", "channels"),
    gives="module: (N,C,H,W) to (N,C,sH,sW)",
    contract="srkit.testing.model:model",
    room="srkit.models",
    abilities=(HALO, ALIGN),
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
