"""GAN losses: what a discriminator and the network that deceives it minimise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from srkit.registry import Ability, Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch import Tensor

COMPARES: Ability[bool] = Ability(
    "compares",
    True,
    "whether the generator's loss depends on the scores of HR, which cost another pass through the discriminator",
)

gan_loss = Kind(
    "gan_loss",
    gives="`discriminator` and `generator`: the losses of both, of the scores of HR and SR",
    contract="srkit.testing.gan_loss:gan_loss",
    room="srkit.gan_losses",
    abilities=(COMPARES,),
)


class GanLossFn(Protocol):
    """The losses of a discriminator and of the generator, built.

    Scores are float32 (N,...), of the whole batch. The higher, the more the crop looks like HR.
    """

    @property
    def chance(self) -> float:
        """The least loss of a discriminator that gives every crop the same score."""
        ...

    def discriminator(self, real: Tensor, fake: Tensor, /) -> Tensor:
        """Return the scalar that the discriminator minimises, of the scores of HR and of SR."""
        ...

    def generator(self, real: Tensor | None, fake: Tensor, /) -> Tensor:
        """Return the scalar that the generator minimises; ``real`` has no gradient, and is None if not compared."""
        ...


if TYPE_CHECKING:
    GanLoss: TypeAlias = Slot[GanLossFn]
else:
    GanLoss = gan_loss.slot
