"""Batches to train on, prepared ahead."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

from srkit.data.cache import Cache
from srkit.data.crops import Crop, crops_of
from srkit.data.seeds import torch_generator
from srkit.data.sizes import crop_sizes, same_channels
from srkit.image.array import UInt8Image
from srkit.image.color import luma
from srkit.slots import DegradationFn, ImageSet, Pair

AHEAD = 3
"""Steps that are prepared before they are asked for."""


class Stream:
    """``stream(step)`` is the batch of that step: a pure function of (seed, step).

    The number of workers, the order of asking and where a run was resumed change nothing.

    Args:
        images: What to cut crops from.
        scale: HR over LR.
        patch: Side of the HR crop in pixels, a multiple of the scale.
        batch: Crops in a step.
        seed: The experiment's seed.
        color: "y" gives BT.601 luma (N,1,...), "rgb" three channels.
        degradation: Makes LR; not used where the images have their own.
        cache: Decoded pixels.
        augment: Turn and mirror.
        workers: Threads that prepare batches ahead; 0 prepares each when it is asked for.
        device: Where the batches go.

    Raises:
        DataError: An image is smaller than a crop, or LR and HR do not fit; names the first few.
    """

    def __init__(
        self,
        images: ImageSet,
        *,
        scale: int,
        patch: int,
        batch: int,
        seed: int,
        color: str,
        degradation: DegradationFn,
        cache: Cache,
        augment: bool = True,
        workers: int = 1,
        device: torch.device | str = "cpu",
    ) -> None:
        self.images, self.scale, self.batch, self.seed = images, scale, batch, seed
        self.side, self.color, self.degradation = patch // scale, color, degradation
        self.cache, self.augment, self.device = cache, augment, torch.device(device)
        self.sizes = crop_sizes(images, scale, patch)
        self._pool = ThreadPoolExecutor(workers, "srkit-stream") if workers else None
        self._ahead: OrderedDict[int, Future[Pair]] = OrderedDict()

    def __call__(self, step: int) -> Pair:
        """Return the batch of ``step``, counted from 0."""
        if self._pool is None:
            return self._placed(self.prepare(step))
        for coming in range(step, step + AHEAD):
            if coming not in self._ahead:
                self._ahead[coming] = self._pool.submit(self.prepare, coming)
        for past in [asked for asked in self._ahead if not step <= asked < step + AHEAD]:
            self._ahead.pop(past).cancel()
        return self._placed(self._ahead.pop(step).result())

    def prepare(self, step: int) -> Pair:
        """Make the batch of ``step`` on the CPU."""
        crops = crops_of(self.seed, step, self.batch, self.sizes, self.side, augment=self.augment)
        highs = [self._cut(crop, self.scale) for crop in crops]
        high = self._batch(highs)
        if self.images.scale is not None:
            lows = [self._cut(crop, 1) for crop in crops]
            for crop, one, other in zip(crops, lows, highs, strict=True):
                same_channels(self.images.names[crop.image], one.shape[-1], other.shape[-1])
            low = self._batch(lows)
        else:
            low = self.degradation(high, torch_generator("degrade", self.seed, step))
        return Pair(low, high, tuple(self.images.names[crop.image] for crop in crops))

    def close(self) -> None:
        """Stop preparing."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _cut(self, crop: Crop, factor: int) -> UInt8Image:
        index, images = crop.image, self.images
        if factor == 1:
            pixels = self.cache.get(f"low {images.key(index)}", lambda: images.low(index))
        else:
            pixels = self.cache.get(f"high {images.key(index)}", lambda: images.high(index))
        return crop.cut(pixels, self.side * factor, factor)

    def _batch(self, patches: list[UInt8Image]) -> Tensor:
        rgb = [patch if patch.shape[-1] == 3 else np.repeat(patch, 3, -1) for patch in patches]
        stacked = torch.from_numpy(np.stack(rgb)).permute(0, 3, 1, 2).float().div_(255)
        return luma(stacked) if self.color == "y" else stacked.contiguous()

    def _placed(self, pair: Pair) -> Pair:
        if self.device.type == "cpu":
            return pair
        low, high = (
            tensor.pin_memory().to(self.device, non_blocking=True)
            if self.device.type == "cuda"
            else tensor.to(self.device)
            for tensor in (pair.low, pair.high)
        )
        return Pair(low, high, pair.names)
