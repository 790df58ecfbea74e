"""A digest of the images of a set, which is equal for a copy of the set."""

from __future__ import annotations

import hashlib
import re
import time
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path

from srkit.atomic import write_text
from srkit.data.content import content_digests
from srkit.parts.dataset import ImageSet

SLOW = 1.0
"""Seconds; the digest of a set that takes longer to read is kept in the cache folder."""

DIGEST = re.compile("[0-9a-f]{64}")


def image_digest(images: ImageSet, cache: Path | None = None) -> str:
    """Return a digest of the names, the sizes and the content of all images, in their order.

    It does not depend on where the files are or when they were written. All of them are read. The digest of a
    large set is therefore kept, and found again for as long as no image has another ``key``.

    Args:
        images: The set.
        cache: The folder of decoded images, in which digests are kept too; None is the user's cache folder.

    Raises:
        ImageError: An image cannot be read.
    """
    kept = (cache or user_cache_path("srkit", appauthor=False)) / "digests" / _present(images)
    with suppress(OSError, UnicodeDecodeError):
        if DIGEST.fullmatch(found := kept.read_text(encoding="utf-8")):
            return found
    began = time.monotonic()
    digest = hashlib.sha256(repr(images.scale).encode())
    sizes = map(images.size, range(len(images)))
    for name, size, content in zip(images.names, sizes, content_digests(images), strict=True):
        digest.update(f"\n{name}\t{size}\t{content}".encode())
    if time.monotonic() - began > SLOW:
        with suppress(OSError):  # a cache that cannot be written costs time alone
            kept.parent.mkdir(parents=True, exist_ok=True)
            write_text(kept, digest.hexdigest())
    return digest.hexdigest()


def _present(images: ImageSet) -> str:
    """Return a digest of the images' names and keys, which costs no reading of files."""
    text = "\n".join(f"{name}\t{images.key(index)}" for index, name in enumerate(images.names))
    return hashlib.sha256(text.encode()).hexdigest()
