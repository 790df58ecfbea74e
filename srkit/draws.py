"""The random numbers of a batch, separate for every image."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.seeds import GAMMA, mixed, seed_of

BLOCK = 1 << 14
"""Random words that are computed at a time, so that they and their copies stay in the processor's cache."""


class Draws:
    """Random numbers for a batch of images: one row of each draw for each image.

    A row depends on three things: on the identity of its image (in training: seed and crop number), on the path
    of names that led here through ``child``, and on the number of draws that were made here before. It depends
    neither on the other images of the batch nor on their number, and not on the shapes of the draws before it.
    So a part that always draws in the same order always draws the same, whatever other parts do. The k-th
    number of a row does not depend on how many were asked for either: a longer draw begins with a shorter one.

    Random words come from SplitMix64, whose state is hashed from these three things and a counter. ``uniform`` and
    ``integers`` are the same bits on every machine; ``normal`` is as exact as the logarithm and the cosine of
    the machine's NumPy. The words of every draw are a piece of one cycle of 2**64 words: that two of n draws
    of m words overlap anywhere has a probability of about n * n * m / 2**64.

    Everything comes back as tensors on the CPU, so that a GPU sees the same numbers. A batch's draws belong to
    one thread.

    Args:
        keys: (N,), one 64-bit number for each image; ``Draws.of`` makes them.
    """

    def __init__(self, keys: NDArray[np.uint64]) -> None:
        self._keys = keys
        self._made = 0

    @classmethod
    def of(cls, identities: Iterable[Sequence[int | str]]) -> Draws:
        """Return the draws of images that are identified by words: ``Draws.of([("crop", seed, 0)])``."""
        return cls(np.array([seed_of(*words) for words in identities], np.uint64))

    @classmethod
    def numbered(cls, numbers: Sequence[int], *words: int | str) -> Draws:
        """Return the draws of images that differ by a number: ``Draws.numbered([0, 1], "crop", seed)``.

        It is quicker than ``of``, because the words are hashed once for all images.
        """
        return cls(mixed(np.array(numbers, np.uint64) * GAMMA + np.uint64(seed_of(*words))))

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self._keys)

    def child(self, name: str) -> Draws:
        """Return draws of their own for the same images; the same name gives the same draws again.

        They do not depend on earlier draws, and do not change later ones.
        """
        return Draws(mixed(self._keys + np.uint64(seed_of("child", name))))

    def __getitem__(self, rows: slice | Sequence[int]) -> Draws:
        """Return the draws of some of the images, which go on from the present number of draws."""
        some = Draws(self._keys[rows])
        some._made = self._made
        return some

    def uniform(self, *shape: int) -> Tensor:
        """Return (N,*shape) float64 numbers from [0, 1), multiples of 2**-53."""
        words = self._words(math.prod(shape))
        return torch.from_numpy((words >> np.uint64(11)) * 2.0**-53).view(len(self), *shape)

    def normal(self, *shape: int) -> Tensor:
        """Return (N,*shape) float32 numbers with mean 0 and variance 1, by the method of Box and Muller (1958)."""
        count = math.prod(shape)
        words = self._words(-(-count // 2))
        pairs = np.empty((*words.shape, 2), np.float32)
        every, flat = words.reshape(-1), pairs.reshape(-1, 2)
        for start in range(0, every.size, BLOCK):
            _box_muller(every[start : start + BLOCK], flat[start : start + BLOCK])
        numbers = pairs.reshape(len(self), 2 * words.shape[1])[:, :count]
        return torch.from_numpy(np.ascontiguousarray(numbers)).view(len(self), *shape)

    def integers(self, low: int, high: int, *shape: int) -> Tensor:
        """Return (N,*shape) int64 numbers from ``low`` to ``high`` - 1.

        Raises:
            ValueError: There is no such number, or there are more than 2**32.
        """
        if not 0 < high - low <= 2**32:
            raise ValueError(f"integers: wants low < high, at most 2**32 apart, got low {low} and high {high}")
        return low + (self.uniform(*shape) * (high - low)).long()

    def _words(self, count: int) -> NDArray[np.uint64]:
        """Return the (N,count) random words of the next draw."""
        starts = mixed(self._keys + np.uint64(seed_of("draw", self._made)))[:, None]
        self._made += 1
        if count * len(self) <= BLOCK:
            return mixed(_ramp(count) + starts)
        words = np.arange(1, count + 1, dtype=np.uint64) * GAMMA + starts
        flat = words.reshape(-1)
        for begin in range(0, flat.size, BLOCK):
            flat[begin : begin + BLOCK] = mixed(flat[begin : begin + BLOCK])
        return words


def _box_muller(words: NDArray[np.uint64], pairs: NDArray[np.float32]) -> None:
    """Write two normal numbers for each of (M,) random words to ``pairs`` (M,2)."""
    radius = np.log(((words >> np.uint64(32)).astype(np.float32) + 0.5) * 2.0**-32)
    radius = np.sqrt(radius * -2)
    angle = (words & np.uint64(0xFFFFFFFF)).astype(np.float32) * (math.tau * 2.0**-32)
    np.multiply(radius, np.cos(angle), out=pairs[:, 0])
    np.multiply(radius, np.sin(angle), out=pairs[:, 1])


@lru_cache(maxsize=64)
def _ramp(count: int) -> NDArray[np.uint64]:
    """Return what SplitMix64 has added to its state before each of its first ``count`` numbers."""
    return np.arange(1, count + 1, dtype=np.uint64) * GAMMA
