"""The photograph that an image was cut from."""

from __future__ import annotations

from collections.abc import Iterator

from srkit.parts.dataset import ImageSet, WithOriginals


def original(images: ImageSet, index: int) -> str:
    """Return the identity of HR's photograph: the one that the set gives, else the image's own key."""
    return images.original(index) if isinstance(images, WithOriginals) else images.key(index)


def originals(images: ImageSet) -> Iterator[str]:
    """Yield the identity of the photograph of every image."""
    # asked once for all images: it takes twice as long as the identity of a file
    return map(images.original if isinstance(images, WithOriginals) else images.key, range(len(images)))
