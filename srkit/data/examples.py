"""Whole images for measurements, each with its LR."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from srkit.data.sizes import check_examples, check_low, decoded, same_channels
from srkit.draws import Draws
from srkit.image.convert import to_tensor
from srkit.image.crop import modcrop
from srkit.parts.dataset import ImageSet
from srkit.parts.degradation import DegradationFn, Traced


@dataclass(frozen=True)
class Example:
    """One image for measurements: LR (1,C,h,w) and HR (1,C,s*h,s*w) in [0,1], and what the degradation drew."""

    name: str
    low: Tensor
    high: Tensor
    drawn: Mapping[str, Tensor]


def examples(images: ImageSet, *, scale: int, degradation: DegradationFn, seed: int) -> Iterator[Example]:
    """Yield every image, decoded when its turn comes; HR is cut to a multiple of ``scale``.

    LR is the set's own, or ``degradation`` makes it from RGB (from gray for a gray image). The random numbers
    of an image depend on (seed, name) alone: another image in the set changes nothing.

    Raises:
        DataError: An image is smaller than the scale, or the set's own LR has another scale; at once.
        ImageError: An image cannot be decoded; when its turn comes.
    """
    check_examples(images, scale)
    return (_example(images, index, scale, degradation, seed) for index in range(len(images)))


def _example(images: ImageSet, index: int, scale: int, degradation: DegradationFn, seed: int) -> Example:
    name = images.names[index]
    high = modcrop(to_tensor(decoded(images, index)), scale)
    if images.scale is not None:
        low = to_tensor(decoded(images, index, low=True))[..., : high.shape[-2] // scale, : high.shape[-1] // scale]
        same_channels(name, low.shape[1], high.shape[1])
        return Example(name, low, high, {})
    draws = Draws.of([("example", seed, name)])
    with torch.no_grad():
        drawn: Mapping[str, Tensor] = {}
        if isinstance(degradation, Traced):
            low, drawn = degradation.trace(high, draws)
        else:
            low = degradation(high, draws)
    check_low(low, high, scale)
    return Example(name, low, high, drawn)
