"""JPEG compression: by the codec on the CPU, on tensors elsewhere."""

from __future__ import annotations

from typing import Annotated

import srkit
from srkit.degrading.jpeg import compressed
from srkit.degrading.ragged import on_processor
from srkit.degrading.ranges import span_of
from srkit.draws import Draws
from srkit.image.lossy import through_file
from srkit.work import Work


@srkit.stage("jpeg")
class Jpeg:
    """Compress every image as JPEG of a random quality.

    On the CPU that is OpenCV's own codec, libjpeg-turbo, in memory. On another device the lossy steps are done on
    tensors, with the roundings of libjpeg: 8-bit YCbCr, 4:2:0 chroma, quantisation of the DCT, smooth chroma
    enlargement. They differ from the codec in less than a fifth of the pixels, mostly by one grey level, since
    libjpeg's DCT is in whole numbers. One channel is a gray JPEG. The result is rounded to 8 bits.

    Args:
        quality_range: Smallest and largest quality, 1 to 100, as the IJG's library counts it.
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

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images as decoded, and ``quality`` (N,)."""
        low, high = self.quality
        quality = draws.integers(low, high + 1)
        if on_processor(work.images):
            each = zip(work.images, quality.tolist(), strict=True)
            return work.becomes((through_file(image, ".jpg", one) for image, one in each), quality=quality)
        return work.becomes(compressed(work.images, quality), quality=quality)
