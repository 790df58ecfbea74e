"""The bicubic resize of the training loop, beside the other ways to do it: milliseconds, and ratios of one run.

python tests/benchmarks/resize.py [device]

dense   one matrix product for each side, zeros and all
torch   F.interpolate(bicubic, antialias): the same kernel, but other edges, and float32 positions
"""

import sys
import time
from functools import partial

import torch
from torch.nn import functional as F

from srkit.image import resize as module
from srkit.image.resize import resize

CASES = (
    ("16 HR crops, shrunk by 2", (16, 1, 128, 128), 0.5),
    ("16 RGB HR crops, shrunk by 4", (16, 3, 128, 128), 0.25),
    ("16 LR crops, enlarged by 4", (16, 1, 32, 32), 4),
    ("64 features of 16 crops, by 2", (16, 64, 32, 32), 2),
    ("a photograph, shrunk by 4", (1, 3, 1500, 2000), 0.25),
    ("a photograph, enlarged by 4", (1, 3, 375, 500), 4),
)
WAYS = ("srkit", "dense", "torch")


def once(work, device):
    began = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return 1000 * (time.perf_counter() - began)


def as_a_whole(x, scale):
    chosen, module.WHOLE = module.WHOLE, 10**6
    try:
        return resize(x, scale)
    finally:
        module.WHOLE = chosen


def medians(shape, scale, device, rounds=15):
    """Return milliseconds by way. The ways take turns, so that a busy machine slows all of them."""
    x = torch.rand(shape, device=device)
    ways = {
        "srkit": partial(resize, x, scale),
        "dense": partial(as_a_whole, x, scale),
        "torch": partial(F.interpolate, x, scale_factor=scale, mode="bicubic", antialias=True),
    }
    found = {way: [] for way in WAYS}
    for _ in range(rounds + 2):  # two to fill the caches
        for way, work in ways.items():
            found[way].append(once(work, device))
    return {way: sorted(times[2:])[rounds // 2] for way, times in found.items()}


def main():
    device = torch.device(sys.argv[1] if len(sys.argv) > 1 else "cpu")
    for name, shape, scale in CASES:
        times = medians(shape, scale, device)
        print(
            f"{name}: "
            + ", ".join(f"{way} {times[way]:.2f} ms ({times[way] / times['srkit']:.2f})" for way in WAYS)
        )


if __name__ == "__main__":
    main()
