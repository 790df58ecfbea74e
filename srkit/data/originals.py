"""Which photograph an image is of."""

from __future__ import annotations

from srkit.parts.dataset import ImageSet, WithOriginals


def original(images: ImageSet, index: int) -> str:
    """Identify the photograph that HR is of: as the set says, else by the image's own key."""
    return images.original(index) if isinstance(images, WithOriginals) else images.key(index)
