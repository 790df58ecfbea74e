"""Crops a second of the loader alone, beside a plain torch DataLoader that does the same work.

python tests/benchmarks/loader.py FOLDER [--patch 128] [--batch 16] [--scale 4] [--workers 1 2] [--rounds 3]

The work for one crop: read and decode an image, cut a random square, turn and mirror it, make LR by antialiased
bicubic, stack the batch as float32 RGB. ``Stream`` does it in threads, the DataLoader in processes, and a pool of
processes runs ``Stream`` as well, to compare the two. "decodes" decodes an image for each of its crops; "from
memory" and "mapped" have decoded all images before. The loaders take turns, and each is closed after its turn, so
that none works while another is measured. Printed are the median of the rounds and its ratio to the DataLoader.
"""

import argparse
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
import torch
from torch.nn.functional import interpolate
from torch.utils.data import DataLoader, Dataset

from srkit.data.cache import Cache
from srkit.data.stream import Stream
from srkit.datasets.folder import folder
from srkit.image.search import find
from srkit.plugins import load_catalog

SECONDS = 4.0
"""How long a loader is measured in a round."""


class Plain(Dataset):
    """Random crops of files, as most training code makes them."""

    def __init__(self, files, words):
        self.files, self.words = files, words

    def __len__(self):
        return 10**9

    def __getitem__(self, number):
        random, patch = np.random.default_rng(number), self.words.patch
        image = cv2.imread(str(self.files[random.integers(len(self.files))]), cv2.IMREAD_COLOR)
        top, left = (random.integers(side - patch + 1) for side in image.shape[:2])
        crop = np.rot90(image[top : top + patch, left : left + patch, ::-1], random.integers(4))
        crop = crop[:, ::-1] if random.integers(2) else crop
        high = torch.from_numpy(np.ascontiguousarray(crop.transpose(2, 0, 1))).float().div_(255)
        low = interpolate(high[None], scale_factor=1 / self.words.scale, mode="bicubic", antialias=True)[0]
        return low.mul(255).round().clamp(0, 255).div(255), high


@contextmanager
def plain(words, _place, workers):
    files = find(words.folder)
    loader = DataLoader(Plain(files, words), words.batch, num_workers=workers, multiprocessing_context="forkserver")
    batches = iter(loader)
    yield batches
    batches._shutdown_workers()


def stream_of(words, place, workers, memory=0.0, disk=0.0):
    """Return a stream; without memory and disk it decodes an image for each crop."""
    return Stream(
        folder(path=words.folder),
        scale=words.scale,
        patch=words.patch,
        batch=words.batch,
        seed=0,
        color="rgb",
        degradation=load_catalog([]).build("degradation", "bicubic", words.scale),
        cache=Cache(memory=memory, disk=disk, folder=place),
        workers=workers,
    )


@contextmanager
def threads(words, place, workers, *, memory=0.0, disk=0.0):
    with stream_of(words, place / f"{memory} {disk}", workers, memory, disk) as stream:
        if memory or disk:
            for index in range(len(stream.images)):
                stream._pixels(index, low=False)
        yield map(stream, count())


PROCESS = {}


def start(*options):
    torch.set_num_threads(1)
    PROCESS["stream"] = stream_of(*options)


def step(number):
    return PROCESS["stream"](number)


@contextmanager
def processes(words, place, workers):
    """Run ``Stream`` in processes, which send their batches through shared memory as the DataLoader's do."""
    options = words, place / "none", 0
    with ProcessPoolExecutor(workers, get_context("forkserver"), start, options) as pool:
        numbers = count()
        ahead = [pool.submit(step, next(numbers)) for _ in range(workers + 2)]

        def batches():
            while True:
                ahead.append(pool.submit(step, next(numbers)))
                yield ahead.pop(0).result()

        yield batches()
        pool.shutdown(cancel_futures=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    for name, value in {"patch": 128, "batch": 16, "scale": 4, "rounds": 3}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    words = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    loaders = {}
    for workers in words.workers:
        loaders[f"torch DataLoader, processes: {workers}"] = partial(plain, workers=workers)
        loaders[f"srkit, decodes, threads: {workers}"] = partial(threads, workers=workers)
        loaders[f"srkit, decodes, processes: {workers}"] = partial(processes, workers=workers)
    loaders["srkit, mapped, threads: 1"] = partial(threads, workers=1, disk=50.0)
    loaders["srkit, from memory, threads: 1"] = partial(threads, workers=1, memory=50.0)
    rates = {name: [] for name in loaders}
    with tempfile.TemporaryDirectory() as place:
        for _ in range(words.rounds):
            for name, loader in loaders.items():
                with loader(words, Path(place)) as batches:
                    rates[name].append(words.batch * steps_a_second(batches))
    base = median(rates[f"torch DataLoader, processes: {words.workers[0]}"])
    print(
        f"{words.folder.name}: {len(find(words.folder))} images, crops of {words.patch}x{words.patch}, "
        f"LR /{words.scale}, batches of {words.batch}, load {os.getloadavg()[0]:.1f}"
    )
    for name, values in rates.items():
        print(f"  {name:<34} {median(values):9.1f} crops/s  {median(values) / base:6.2f} x")


def steps_a_second(batches):
    """Take batches for some seconds, after two that start the loader."""
    for _ in range(2):
        next(batches)
    began = time.perf_counter()
    steps = 0
    while (took := time.perf_counter() - began) < SECONDS:
        next(batches)
        steps += 1
    return steps / took


if __name__ == "__main__":
    main()
