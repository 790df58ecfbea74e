"""The sets that a set was mixed from."""

from __future__ import annotations

from collections.abc import Sequence

from srkit.parts.dataset import ImageSet, Mixed


def sources_of(images: ImageSet) -> Sequence[tuple[int, float]]:
    """Return (number of images, weight) of every source, in the order of the images; a plain set is one source."""
    return images.sources if isinstance(images, Mixed) else [(len(images), 1.0)]
