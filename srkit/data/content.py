"""The content of an image, recognised wherever its files are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import partial

from srkit.parts.dataset import ImageSet, WithDigests


def content_digest(images: ImageSet, index: int) -> str:
    """Return a digest of an image's content: the one that the set gives, else one of the decoded pixels.

    Raises:
        ImageError: The image cannot be read.
    """
    return images.digest(index) if isinstance(images, WithDigests) else _of_pixels(images, index)


def content_digests(images: ImageSet) -> Iterator[str]:
    """Yield the digest of every image's content.

    Raises:
        ImageError: An image cannot be read.
    """
    # asked once for all images: it takes as long as looking a known digest up
    digest = images.digest if isinstance(images, WithDigests) else partial(_of_pixels, images)
    return map(digest, range(len(images)))


def _of_pixels(images: ImageSet, index: int) -> str:
    digest = hashlib.sha256(images.high(index).tobytes())
    if images.scale is not None:
        digest.update(images.low(index).tobytes())
    return digest.hexdigest()
