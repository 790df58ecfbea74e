"""The photograph that an image was cut from."""

from __future__ import annotations

from srkit.parts.dataset import ImageSet, WithOriginals


def original(images: ImageSet, index: int) -> str:
    """Return the identity of HR's photograph: the one that the set gives, else the image's own key."""
    return images.original(index) if isinstance(images, WithOriginals) else images.key(index)
