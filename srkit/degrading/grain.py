"""White noise for images of different sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import Tensor

from srkit.draws import Draws


def white(images: Sequence[Tensor], gray: Tensor, draws: Draws) -> Iterator[Tensor]:
    """Yield normal noise, mean 0 and variance 1, for every image, of its type and on its device.

    Args:
        images: One tensor (1,C,H,W) for each image.
        gray: (N,) whether the noise is (1,1,H,W), the same for all channels, or (1,C,H,W).
        draws: The random numbers of the images.
    """
    shapes = [(1 if same else image.shape[1], *image.shape[2:]) for image, same in zip(images, gray, strict=True)]
    for row, (image, shape) in enumerate(zip(images, shapes, strict=True)):
        yield draws[row : row + 1].normal(*shape).to(image.dtype).to(image.device)
