"""Correlation with one kernel per image, and subsampling: in strided convolutions, or by Fourier transforms."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from srkit.degrading.by_size import by_size

PLANES = 16
"""Channels in one convolution: as many as a processor's widest registers hold, which is 10 times as fast as one
channel at a time. The number never changes: with another one oneDNN may choose another algorithm whose last bits
differ, and an image would then depend on the size of its batch.
"""

LARGE = 1 << 18
"""Least pixels of an image that is convolved alone: 16 planes of a photograph would fill the memory."""

TRANSFORMED = 1 << 14
"""Least pixels of an image that is correlated by Fourier transforms, where it keeps its size (tests/benchmarks)."""

WIDE = 13
"""Least side of the kernels that are."""

STEP = 16
"""The sides of transforms are multiples of this, so that they have few large prime factors."""


def blur(high: Tensor, kernels: Tensor, scale: int = 1) -> Tensor:
    """Correlate image n with kernel n, and keep every ``scale``-th pixel from 0.

    Beyond the edge the image is mirrored with its last pixel doubled (``d c b a | a b
    c d``): what scipy calls reflect, and what made DIV2KRK. A kernel whose centre of mass
    lies at ``(k-1)/2 + (scale-1)/2`` gives LR pixels that sit in the middle of their blocks.

    Args:
        high: (N,C,H,W), H and W multiples of ``scale``.
        kernels: (N,j,k) with odd sides; j is the height.
        scale: The stride.

    Returns:
        (N,C,H/scale,W/scale), in which image n depends on image n and kernel n alone, to the last bit.
    """
    count, channels, height, width = high.shape
    reaches = [side // 2 for side in kernels.shape[-2:]]
    if scale == 1 and by_transform(high, kernels):
        # one image in a call: the last bits of several transforms may depend on how many there are
        return torch.cat([_transformed(*pair) for pair in zip(high.split(1), kernels, strict=True)])
    rows, columns = (mirrored(*pair, high.device) for pair in zip((height, width), reaches, strict=True))
    planes = high.index_select(-2, rows).index_select(-1, columns).flatten(0, 1)
    # the dtype before the device: some devices have no float64
    weights = kernels.to(high.dtype).to(high.device).repeat_interleave(channels, 0)
    together = PLANES if height * width < LARGE else channels
    if missing := -len(planes) % together:
        planes, weights = (F.pad(tensor, (0, 0, 0, 0, 0, missing)) for tensor in (planes, weights))
    with torch.autocast(high.device.type, enabled=False):
        low = [
            F.conv2d(planes[None, some], weights[some, None], stride=scale, groups=together)[0]
            for some in (slice(start, start + together) for start in range(0, len(planes), together))
        ]
    return torch.cat(low)[: count * channels].view(count, channels, *low[0].shape[-2:])


def blurred(images: Sequence[Tensor], kernels: Tensor) -> list[Tensor]:
    """Return images (1,C,H,W) of different sizes, image n correlated with kernel n of (N,k,k), as ``blur`` does."""
    results = list(images)
    small = []
    for place, (image, kernel) in enumerate(zip(images, kernels, strict=True)):
        if by_transform(image, kernel):
            results[place] = _transformed(image, kernel)
        else:
            small.append(place)
    for place, result in zip(small, by_size(blur, [images[place] for place in small], kernels[small]), strict=True):
        results[place] = result
    return results


def by_transform(image: Tensor, kernel: Tensor) -> bool:
    """Return whether an image is large enough, and its kernel wide enough, for Fourier transforms to be faster."""
    sides, reach = image.shape[-2:], max(kernel.shape[-2:]) // 2
    return sides[0] * sides[1] >= TRANSFORMED and min(kernel.shape[-2:]) >= WIDE and min(sides) >= reach


def _transformed(image: Tensor, kernel: Tensor) -> Tensor:
    """Correlate one image (1,C,H,W) with a kernel (j,k) by Fourier transforms."""
    (height, width), (above, left) = image.shape[-2:], (side // 2 for side in kernel.shape)
    size = [-(-(side + 2 * reach) // STEP) * STEP for side, reach in ((height, above), (width, left))]
    exact = torch.promote_types(image.dtype, torch.float32)
    padded = torch.zeros(*image.shape[:2], *size, dtype=exact, device=image.device)
    middle = padded[..., left : left + width]
    middle[..., above : above + height, :] = image
    middle[..., :above, :] = image[..., :above, :].flip(-2)
    middle[..., above + height : height + 2 * above, :] = image[..., height - above :, :].flip(-2)
    padded[..., :left] = padded[..., left : 2 * left].flip(-1)
    padded[..., left + width : width + 2 * left] = padded[..., width : width + left].flip(-1)
    waves = torch.fft.rfft2(padded)
    waves *= torch.fft.rfft2(kernel.to(exact).to(image.device), size).conj()
    return torch.fft.irfft2(waves, size)[..., :height, :width].to(image.dtype)


def mirrored(length: int, reach: int, device: torch.device) -> Tensor:
    """Return the positions in a line that stand at -reach ... length+reach-1 of the mirrored line."""
    position = torch.arange(-reach, length + reach, device=device) % (2 * length)
    return torch.where(position < length, position, 2 * length - 1 - position)
