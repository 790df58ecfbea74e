"""Augmentations: what is done to the pairs of a training batch after LR has been made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

from srkit.registry import Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch import Tensor

    from srkit.draws import Draws

augmentation = Kind(
    "augmentation",
    ("scale",),
    gives="callable: (low, high, partners, draws) to (low, high), the pairs of a training batch",
    contract="srkit.testing.augmentation:augmentation",
    room="srkit.augmentations",
)


class Partners(Protocol):
    """Makes other crops for the crops of a batch."""

    def __call__(self, rows: Sequence[int], /) -> tuple[Tensor, Tensor]:
        """Return LR (M,C,h,w) and HR (M,C,s*h,s*w) of another crop for each of M rows."""
        ...


class AugmentationFn(Protocol):
    """An augmentation, built. Several threads call it at once in training."""

    def __call__(self, low: Tensor, high: Tensor, partners: Partners, draws: Draws, /) -> tuple[Tensor, Tensor]:
        """Return LR (N,C,h,w) and HR (N,C,s*h,s*w), as many and as large as those given; nothing given is changed.

        ``partners(rows)`` makes the LR and HR of another crop for each of some rows: that of row n depends on the
        experiment's seed, the number of the crop and the name of the augmentation alone. Another row of the batch
        is no partner: it depends on the size of the batch. What is random comes from the draws. Row n of the result
        depends on row n of what is given and on the partner of n alone, to the last bit.
        """
        ...


if TYPE_CHECKING:
    Augmentation: TypeAlias = Slot[AugmentationFn]
else:
    Augmentation = augmentation.slot
