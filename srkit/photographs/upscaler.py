"""Enlarging pictures by one network or several: the code that ``srkit upscale`` and ``srkit.upscale`` share."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from math import prod
from operator import mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srkit.engine.precision import Precision, resolve_device, resolve_precision, slow_bf16
from srkit.network.network import Network
from srkit.photographs.arrays import picture_of
from srkit.photographs.bicubic import Bicubic
from srkit.photographs.sizes import enlarged
from srkit.photographs.stage import Stage


def warn(message: str) -> None:
    """Show a note as a Python warning."""
    warnings.warn(message, RuntimeWarning, stacklevel=3)


class Upscaler:
    """A network, or several one after the other, that enlarge pictures of any size, a tile at a time.

    Args:
        networks: A network, such as the result of ``srkit.weights.load.load``, or several: each enlarges what the
            one before it gave, which is kept as floats in [0,1].
        device: cpu, cuda, ...; auto is CUDA, then MPS, then the CPU.
        precision: fp32 or bf16; auto is bf16 if the device computes it fast and the network allows it. Where a
            device computes bf16 slower than fp32, it is fp32 too.
        tile: Side of a tile in input pixels; None chooses one that fits into memory and is fast.
        say: Called with notes for the user.
        strength: Share of the networks in the result, from 0 to 1; the rest is bicubic.
        wrap: Whether pictures go on beyond their borders with their other side: textures that are laid in tiles
            then stay without seams.

    Raises:
        SrkitError: Pictures are to be wrapped for a network that sees the whole picture.
        TrainingError: There is no such device or precision.
        ValueError: The side of a tile is not positive, the strength is out of range, or there is no network.
    """

    def __init__(
        self,
        networks: Network | Sequence[Network],
        *,
        device: str = "auto",
        precision: str = "auto",
        tile: int | None = None,
        say: Callable[[str], None] = warn,
        strength: float = 1.0,
        wrap: bool = False,
    ) -> None:
        self.networks = (networks,) if isinstance(networks, Network) else tuple(networks)
        if not self.networks:
            raise ValueError("networks wants one network or more, got none")
        if not 0 <= strength <= 1:
            raise ValueError(f"strength wants 0 to 1, got {strength!r}")
        self.device, self.say, self.strength = resolve_device(device), say, strength
        wanted = resolve_precision(precision, self.device)
        if wanted == "bf16" and slow_bf16(self.device):
            say(f"{self.device}: computes slower in bf16 than in fp32, or cannot; fp32 is used")
            wanted = "fp32"
        self.stages = [Stage(network, self.device, wanted, tile, say, wrap=wrap) for network in self.networks]
        self.scale, self.wrap = prod(network.scale for network in self.networks), wrap
        self.bicubic = Bicubic(self.scale, self.device, tile, say, wrap=wrap)
        if strength == 0:
            self.stages = [self.bicubic.stage]
        self.name = " + ".join(network.name for network in self.networks)
        halves = all(stage.precision == wanted for stage in self.stages)
        self.precision: Precision = wanted if halves else "fp32"

    def __repr__(self) -> str:
        return f"Upscaler({self.name!r}, x{self.scale}, {self.device}, {self.precision})"

    def __call__(self, image: NDArray[Any], scale: float | None = None) -> NDArray[Any]:
        """Enlarge an array (H,W) or (H,W,C): C is 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGB, alpha).

        Args:
            image: uint8, uint16, or floats in [0,1].
            scale: How many times larger, more than 1 and at most the network's; None is the network's.

        Returns:
            An array of the same kind, (round(scale*H), round(scale*W)) or that and C.

        Raises:
            TypeError: The array is no picture.
            ValueError: Its values or the scale are out of range.
            SrkitError: The result has values that are not numbers.
        """
        picture = picture_of(image)
        height, width = self.size(picture.shape[0], picture.shape[1], scale)
        result = np.empty((height, width, picture.shape[2]), picture.dtype)
        for _ in self.steps(picture, result):
            pass
        return result if image.ndim == 3 else result[..., 0]

    def size(self, height: int, width: int, scale: float | None = None) -> tuple[int, int]:
        """Return the (height, width) of an enlarged picture.

        Raises:
            ValueError: The scale is out of range.
        """
        wanted = self.scale if scale is None else scale
        if not 1 < wanted <= self.scale:
            raise ValueError(f"scale wants more than 1 and at most the network's {self.scale}, got {wanted!r}")
        return enlarged(height, width, wanted)

    def steps(self, image: NDArray[Any], result: NDArray[Any]) -> Iterator[float]:
        """Fill ``result`` (H',W',C) from ``image`` (H,W,C), and yield the share that is done after every tile.

        If the memory is not enough for a tile, this tile and all later ones are cut in half.

        Raises:
            SrkitError: The result has values that are not numbers, the picture is too small for the network, or not
                even the smallest tile fits into memory.
        """
        *between, _ = accumulate((stage.network.scale for stage in self.stages), mul)
        height, width, channels = image.shape
        sizes = [(scale * height, scale * width, channels) for scale in between]
        works = [*(rows * columns for rows, columns, _ in sizes), result.shape[0] * result.shape[1]]
        mix = self.bicubic.mix(image, result, self.strength) if 0 < self.strength < 1 else None
        done = 0
        for stage, size, work in zip(self.stages, [*sizes, None], works, strict=True):
            made = result if size is None else np.empty(size, np.float32)
            reserved = result.nbytes if made is result else result.nbytes + made.nbytes
            for share in stage.steps(image, made, reserved, mix if made is result else None):
                yield (done + share * work) / sum(works)
            image, done = made, done + work

    def memory_between(self, height: int, width: int, channels: int) -> int:
        """Return the most bytes that pictures between two networks take at once, for a picture of this size."""
        *between, _ = accumulate((stage.network.scale for stage in self.stages), mul)
        sizes = [4 * channels * scale**2 * height * width for scale in between]
        return max((sum(pair) for pair in pairwise([0, *sizes])), default=0)

    def memory_of_networks(self, height: int, width: int, taken: int) -> int:
        """Return the bytes that a network takes for a tile of a picture of this size, when others are ``taken``."""
        most, pixels = 0, height * width
        for stage in self.stages:
            most = max(most, stage.tiled.footprint * min(pixels, stage.tiled.most_pixels(pixels, taken)))
            pixels *= stage.network.scale**2
        return most
