"""Training batches, prepared in advance."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import local
from types import TracebackType
from typing import Literal, Self

import torch
from torch import Tensor

from srkit.data.augment import augmented
from srkit.data.cache import Cache
from srkit.data.crops import Crop, crops_of
from srkit.data.sizes import check_low, crop_sizes, decoded, same_channels
from srkit.data.sources import sources_of
from srkit.draws import Draws
from srkit.image.array import UInt8Image
from srkit.image.color import luma
from srkit.pair import Pair
from srkit.parts.augmentation import AugmentationFn
from srkit.parts.dataset import ImageSet
from srkit.parts.degradation import DegradationFn
from srkit.seeds import seed_of

AHEAD = 2
"""Number of finished batches that wait, in addition to those in preparation."""


class Stream:
    """``stream(step)`` is the batch of that step. Its row k is crop number step * batch + k.

    A crop and its LR, and so its kernel, depend on (seed, crop number) alone, to the last bit. The size of the
    batch, the number of workers, the order of asking, where a run was resumed, and which rows are made here
    change nothing.
    An error in a worker is raised by the step whose batch it belongs to.

    Args:
        images: The images that crops are cut from.
        scale: HR over LR.
        patch: Side of the HR crop in pixels, a multiple of the scale.
        batch: Crops in a step, of all processes together.
        seed: The experiment's seed.
        color: "y" gives BT.601 luma (N,1,...) of RGB in [0,1], "rgb" three channels; of LR too.
        degradation: Makes LR of RGB. It is not used, and may be None, if the images have their own LR.
        cache: Decoded pixels.
        augment: Whether crops are turned and mirrored.
        augmentations: What is done to LR and HR, in this order, each with a name of its own.
        rows: The rows of each batch to make, such as those of one of several processes; None is all of them.
        workers: Threads that prepare batches ahead; 0 prepares each when it is asked for.
        device: The device of the batches; on CUDA the threads degrade them there too.

    Raises:
        ValueError: The patch is no multiple of the scale, there is neither LR nor a degradation, or a row is
            outside the batch.
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
        color: Literal["y", "rgb"],
        degradation: DegradationFn | None,
        cache: Cache,
        augment: bool = True,
        augmentations: Sequence[tuple[str, AugmentationFn]] = (),
        rows: slice = slice(None),
        workers: int = 1,
        device: torch.device | str = "cpu",
    ) -> None:
        if patch <= 0 or patch % scale:
            raise ValueError(f"patch must be a multiple of the scale {scale}, got {patch}")
        if degradation is None and images.scale is None:
            raise ValueError("degradation must be given for images without LR of their own, got None")
        if not (chosen := range(batch)[rows]):
            raise ValueError(f"rows must be some of the batch of {batch}, got {rows}")
        self.images, self.scale, self.batch, self.seed, self.rows = images, scale, batch, seed, chosen
        self.side, self.color, self.degradation = patch // scale, color, degradation
        self.cache, self.augment, self.augmentations, self.workers = cache, augment, augmentations, workers
        self.sizes, self.sources = crop_sizes(images, scale, patch), sources_of(images)
        self.device = _with_index(torch.device(device))
        # CUDA may be used from any thread; for other accelerators this is not known
        self.workshop = self.device if self.device.type == "cuda" else torch.device("cpu")
        self._keys: dict[int, str] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._ahead: dict[int, Future[tuple[Pair, torch.cuda.Event | None]]] = {}
        self._lanes = local()
        self._process = -1

    def __call__(self, step: int) -> Pair:
        """Return the batch of ``step``, counted from 0, or its ``rows``, on the device.

        Raises:
            ImageError: An image cannot be decoded, or has changed since the stream was made.
        """
        pair = self.prepare(step) if self.workers == 0 else self._awaited(step)
        return Pair(pair.low.to(self.device), pair.high.to(self.device), pair.names)

    def prepare(self, step: int) -> Pair:
        """Make the batch of ``step``, or its ``rows``, in this thread."""
        numbers = [step * self.batch + row for row in self.rows]
        pair = self._pairs(self.seed, numbers)
        if not self.augmentations:
            return pair

        def partners(name: str, rows: Sequence[int]) -> tuple[Tensor, Tensor]:
            # crops of the same numbers, but of another seed: they come from all images evenly, too
            other = self._pairs(seed_of("partner", self.seed, name), [numbers[row] for row in rows])
            return other.low, other.high

        draws = Draws.numbered(numbers, "augment", self.seed)
        with torch.no_grad():
            low, high = augmented(pair.low, pair.high, self.augmentations, partners, draws)
        return Pair(low, high, pair.names)

    def _pairs(self, seed: int, numbers: Sequence[int]) -> Pair:
        """Make the crops of ``numbers``, before any augmentation."""
        crops = crops_of(seed, numbers, self.sizes, self.side, augment=self.augment, sources=self.sources)
        names = tuple(self.images.names[crop.image] for crop in crops)
        with torch.no_grad():
            planes = self._batch(crops, self.scale)
            high = self._colored(planes)
            if self.images.scale is not None:
                for crop, name in zip(crops, names, strict=True):
                    both = (self._pixels(crop.image, low=low).shape[-1] for low in (True, False))
                    same_channels(name, *both)
                return Pair(self._colored(self._batch(crops, 1)), high, names)
            assert self.degradation is not None  # refused by the constructor
            draws = Draws.numbered(numbers, "degrade", seed)
            low = self._colored(self.degradation(planes, draws))
            check_low(low, high, self.scale)
            return Pair(low, high, names)

    def close(self) -> None:
        """Stop the preparation of batches, and wait for the threads."""
        pool, self._pool = self._pool, None
        self._ahead.clear()
        if pool is not None and self._process == os.getpid():
            pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _awaited(self, step: int) -> Pair:
        """Return the batch of ``step`` from the threads, which then prepare the next ones."""
        if self._pool is None or self._process != os.getpid():  # a forked child process has no threads
            self._pool, self._process = ThreadPoolExecutor(self.workers, "srkit-stream"), os.getpid()
            self._ahead.clear()
        wanted = range(step, step + self.workers + AHEAD)
        for past in [asked for asked in self._ahead if asked not in wanted]:
            self._ahead.pop(past).cancel()
        for coming in wanted:
            if coming not in self._ahead:
                self._ahead[coming] = self._pool.submit(self._prepare_ahead, coming)
        pair, made = self._ahead.pop(step).result()
        if made is not None:
            here = torch.cuda.current_stream(self.device)
            here.wait_event(made)  # the device waits, not this thread
            for tensor in (pair.low, pair.high):
                tensor.record_stream(here)  # its memory is in use here after the thread has let go of it
        return pair

    def _prepare_ahead(self, step: int) -> tuple[Pair, torch.cuda.Event | None]:
        """Make a batch in a thread of the pool; on CUDA also return the event at which it is made.

        Each thread gives its work to the device in a queue of its own (a CUDA stream): in the queue of the
        training, a copy would wait for all steps that are queued there, and a step for a later batch.
        """
        if self.workshop.type != "cuda":
            return self.prepare(step), None
        if not hasattr(self._lanes, "stream"):
            self._lanes.stream = torch.cuda.Stream(self.workshop)  # type: ignore[no-untyped-call]
        with torch.cuda.stream(self._lanes.stream):
            return self.prepare(step), self._lanes.stream.record_event()

    def _batch(self, crops: Sequence[Crop], factor: int) -> Tensor:
        """Return the crops (N,3,H,W) in [0,1] of HR, or of LR where ``factor`` is 1, in the workshop."""
        side, pinned = self.side * factor, self.workshop.type == "cuda"
        pixels = torch.empty((len(crops), 3, side, side), dtype=torch.uint8, pin_memory=pinned)
        for place, crop in zip(pixels.numpy(), crops, strict=True):
            image = self._pixels(crop.image, low=factor != self.scale)
            place[:] = crop.cut(image, side, factor).transpose(2, 0, 1)  # gray is copied to all three
        return pixels.to(self.workshop, non_blocking=True).float().div_(255)

    def _colored(self, planes: Tensor) -> Tensor:
        return luma(planes) if self.color == "y" else planes

    def _pixels(self, index: int, *, low: bool) -> UInt8Image:
        if (key := self._keys.get(index)) is None:
            key = self._keys[index] = self.images.key(index)  # asks the file system, so it is called only once
        return self.cache.get(f"{'low' if low else 'high'} {key}", lambda: decoded(self.images, index, low=low))


def _with_index(device: torch.device) -> torch.device:
    """Return "cuda" with the number of the current device, which is another one in other threads."""
    return torch.device("cuda", torch.cuda.current_device()) if device == torch.device("cuda") else device
