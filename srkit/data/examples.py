"""Whole images to measure on, each with its LR."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from srkit.data.seeds import torch_generator
from srkit.data.sizes import check_scale, same_channels
from srkit.errors import DataError
from srkit.image.convert import to_tensor
from srkit.image.crop import modcrop
from srkit.slots import DegradationFn, ImageSet, Traced


@dataclass(frozen=True)
class Example:
    """One image to measure on: LR (1,C,h,w) and HR (1,C,s*h,s*w) in [0,1], and what the degradation drew."""

    name: str
    low: Tensor
    high: Tensor
    drawn: Mapping[str, Tensor]


def examples(images: ImageSet, *, scale: int, degradation: DegradationFn, seed: int) -> Iterator[Example]:
    """Yield every image, HR cut to a multiple of ``scale``.

    LR is the set's own, or is made by ``degradation`` from RGB with a generator that
    depends on (seed, name) alone: another image in the set changes nothing.

    Raises:
        DataError: The set's own LR does not fit.
    """
    check_scale(images, scale)
    for index, name in enumerate(images.names):
        try:
            high = modcrop(to_tensor(images.high(index)), scale)
        except ValueError as error:
            raise DataError(f"{name}: {error}") from None
        drawn: Mapping[str, Tensor] = {}
        if images.scale is not None:
            low = to_tensor(images.low(index))
            same_channels(name, low.shape[1], high.shape[1])
            low = low[..., : high.shape[-2] // scale, : high.shape[-1] // scale]
        else:
            generator = torch_generator("example", seed, name)
            with torch.no_grad():
                if isinstance(degradation, Traced):
                    low, drawn = degradation.trace(high, generator)
                else:
                    low = degradation(high, generator)
        yield Example(name, low, high, drawn)
