"""Another set's images with sharpened HR."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import torch

import srkit
from srkit.data.originals import original
from srkit.degrading.unsharp import sharpened
from srkit.image.array import UInt8Image
from srkit.image.convert import to_tensor, to_uint8
from srkit.parts import Dataset
from srkit.parts.dataset import ImageSet


@srkit.dataset("sharpened")
class Sharpened:
    """Another set's images, sharpened by an unsharp mask where they have edges (USM), as targets of the training.

    Real-ESRGAN and BSRGAN train on sharpened HR, and make LR from it. Use it for ``data.train`` alone: scores must
    be those of the photographs. Each image is sharpened once and then cached, and is rounded to 8 bits. An LR of
    the set's own is not changed.

    Args:
        of: The set whose images are sharpened.
        amount: How much of the difference from the blurred copy is added.
        sigma: Standard deviation of the Gaussian that blurs the copy, in pixels.
        threshold: The least difference from the blurred copy that is sharpened, in grey levels (0 to 255).
    """

    @srkit.limited
    def __init__(
        self,
        *,
        of: Dataset,
        amount: Annotated[float, srkit.Range(0)] = 0.5,
        sigma: Annotated[float, srkit.Range(0.1, 100)] = 8.0,
        threshold: Annotated[float, srkit.Range(0, 255)] = 10.0,
    ) -> None:
        self.images: ImageSet = of()
        self.amount, self.sigma, self.threshold = amount, sigma, threshold

    @property
    def scale(self) -> int | None:
        """HR over LR of the set."""
        return self.images.scale

    @property
    def names(self) -> Sequence[str]:
        """The images' names."""
        return self.images.names

    def __len__(self) -> int:
        return len(self.images)

    def high(self, index: int) -> UInt8Image:
        """Return HR sharpened."""
        image = to_tensor(self.images.high(index))
        with torch.no_grad():
            return to_uint8(sharpened(image, amount=self.amount, sigma=self.sigma, threshold=self.threshold))

    def low(self, index: int) -> UInt8Image:
        """Return the LR image of a pair, as it is."""
        return self.images.low(index)

    def size(self, index: int) -> tuple[int, int]:
        """Return (height, width) of the HR image."""
        return self.images.size(index)

    def key(self, index: int) -> str:
        """Return an identity of the image's content and of how it is sharpened."""
        return f"{self.images.key(index)}#usm{self.amount:g},{self.sigma:g},{self.threshold:g}"

    def original(self, index: int) -> str:
        """Return an identity of the photograph."""
        return original(self.images, index)
