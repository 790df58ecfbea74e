"""WebP compression."""

from __future__ import annotations

from typing import Annotated

import srkit
from srkit.degrading.ranges import span_of
from srkit.draws import Draws
from srkit.image.lossy import can_write, through_file
from srkit.work import Work


@srkit.stage("webp")
class WebP:
    """Compress every image as a lossy WebP of a random quality, by the codec of OpenCV, on the CPU.

    The result is rounded to 8 bits. One channel becomes a gray picture, whose chroma is constant.

    Args:
        quality_range: Smallest and largest quality, 1 to 100.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        quality_range: list[Annotated[int, srkit.Range(1, 100)]] = [50, 95],  # noqa: B006 - read, never changed
    ) -> None:
        self.scale = scale
        self.quality = span_of("quality_range", quality_range)
        if not can_write(".webp"):
            raise ValueError("this OpenCV has no WebP; install opencv-python-headless from PyPI, or take jpeg")

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images as decoded, and ``quality`` (N,)."""
        low, high = self.quality
        quality = draws.integers(low, high + 1)
        each = zip(work.images, quality.tolist(), strict=True)
        return work.becomes((through_file(image, ".webp", one) for image, one in each), quality=quality)
