"""The content of an image, recognised wherever its files are."""

from __future__ import annotations

import hashlib

from srkit.parts.dataset import ImageSet, WithDigests


def content_digest(images: ImageSet, index: int) -> str:
    """Return a digest of an image's content: the one that the set gives, else one of the decoded pixels.

    Raises:
        ImageError: The image cannot be read.
    """
    if isinstance(images, WithDigests):
        return images.digest(index)
    digest = hashlib.sha256(images.high(index).tobytes())
    if images.scale is not None:
        digest.update(images.low(index).tobytes())
    return digest.hexdigest()
