"""A digest of the images of a set, which is equal for a copy of the set."""

from __future__ import annotations

import hashlib

from srkit.parts.dataset import ImageSet

DECODED = 4
"""Images of a set whose pixels count; decoding all of them would take longer than many trainings."""


def image_digest(images: ImageSet) -> str:
    """Return a digest of the names and sizes of all images, and of the pixels of a few, spread over the set.

    It does not depend on where the files are or when they were written.

    Raises:
        ImageError: An image cannot be decoded.
    """
    digest = hashlib.sha256(repr(images.scale).encode())
    for index, name in enumerate(images.names):
        digest.update(f"\n{name}\t{images.size(index)}".encode())
    count = min(DECODED, len(images))
    for index in sorted({number * (len(images) - 1) // max(count - 1, 1) for number in range(count)}):
        digest.update(images.high(index).tobytes())
        if images.scale is not None:
            digest.update(images.low(index).tobytes())
    return digest.hexdigest()
