"""The time of making a batch: python tests/benchmarks/data.py [BATCH] [PATCH].

Beside `Stream` stands the plain loop of most training code: crop, flips, float and luma, one crop after
the other, from images that are decoded already, or from their files. All on one thread.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from srkit.data.cache import Cache
from srkit.data.stream import Stream
from srkit.datasets.samples import samples
from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.image.color import rgb_to_y

SCALE, ROUNDS = 4, 60


def keep(high, generator):
    """A degradation that costs nothing."""
    return high[..., ::SCALE, ::SCALE]


def plain(images, decode, batch, patch, random):
    """Make a batch one crop after the other."""
    highs = []
    for _ in range(batch):
        image = decode(int(random.integers(len(images))))
        top = random.integers(image.shape[0] - patch + 1)
        left = random.integers(image.shape[1] - patch + 1)
        crop = image[top : top + patch, left : left + patch].astype(np.float32) / 255
        crop = np.rot90(crop, random.integers(4))
        crop = crop[:, ::-1] if random.integers(2) else crop
        crop = np.repeat(crop, 3, -1) if crop.shape[-1] == 1 else crop
        highs.append(rgb_to_y(torch.from_numpy(np.ascontiguousarray(crop.transpose(2, 0, 1)))[None]))
    high = torch.cat(highs)
    return high[..., ::SCALE, ::SCALE], high


def fastest_quarter(works, rounds):
    """Return the milliseconds of each work, in turns, so that other load on the machine affects all alike."""
    times = {name: [] for name in works}
    for step in range(rounds + 1):
        for name, work in works.items():
            began = time.perf_counter()
            work(step)
            times[name].append(time.perf_counter() - began)
    return {name: 1000 * sorted(took[1:])[rounds // 4] for name, took in times.items()}


def main(batch=16, patch=128):
    torch.set_num_threads(1)
    images, random = samples(split="train"), np.random.default_rng(0)
    kept = [images.high(index) for index in range(len(images))]

    def stream(folder, *, memory=1.0, color="y", degradation=keep):
        cache = Cache(memory=memory, folder=Path(folder))
        options = {"scale": SCALE, "patch": patch, "batch": batch, "seed": 0, "workers": 0}
        made = Stream(images, color=color, degradation=degradation, cache=cache, **options)
        for step in range(len(images)):  # fill the cache
            made(step)
        return made

    with tempfile.TemporaryDirectory() as folder:
        took = fastest_quarter(
            {
                "Stream, y": stream(folder),
                "Stream, rgb": stream(folder, color="rgb"),
                "Stream, y, mapped from disk": stream(folder, memory=0),
                "Stream, y, anisotropic_gaussian": stream(folder, degradation=AnisotropicGaussian(SCALE)),
                "plain loop, y, images in memory": lambda _: plain(images, kept.__getitem__, batch, patch, random),
            },
            ROUNDS,
        )
        took |= fastest_quarter(
            {"plain loop, y, files": lambda _: plain(images, images.high, batch, patch, random)}, 4
        )
    print(f"{batch} crops of {patch} x {patch}, one thread, the fastest quarter of {ROUNDS} rounds:")
    for name, milliseconds in took.items():
        print(f"  {name:<33} {milliseconds:8.2f} ms  {milliseconds / took['Stream, y']:6.1f} x")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
