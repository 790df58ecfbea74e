"""Augmentations of a batch, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from torch import Tensor

from srkit.draws import Draws
from srkit.errors import DataError
from srkit.parts.augmentation import AugmentationFn


def augmented(
    low: Tensor,
    high: Tensor,
    augmentations: Iterable[tuple[str, AugmentationFn]],
    partners: Callable[[str, Sequence[int]], tuple[Tensor, Tensor]],
    draws: Draws,
) -> tuple[Tensor, Tensor]:
    """Return LR (N,C,h,w) and HR (N,C,s*h,s*w) after all ``augmentations``.

    Args:
        low: LR.
        high: HR.
        augmentations: Each with the name of its child of the draws and of its partners.
        partners: Makes the LR and HR of other crops, by the name of the augmentation, for some rows.
        draws: The random numbers of the batch.

    Raises:
        DataError: An augmentation returned images of other shapes.
    """
    for name, augmentation in augmentations:
        found = augmentation(low, high, partial(partners, name), draws.child(name))
        wanted, shapes = (tuple(tuple(image.shape) for image in pair) for pair in ((low, high), found))
        if shapes != wanted:
            raise DataError(
                f"augmentation {name}: wants LR and HR of shapes {wanted}, as it was given them, found {shapes}; "
                "the augmentation has a bug"
            )
        low, high = found
    return low, high
