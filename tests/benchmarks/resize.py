"""The bicubic resize of the training loop beside torch's own and the other way it can be done.

python tests/benchmarks/resize.py prints milliseconds and ratios of one run; torch's antialiased bicubic
is another function (a = -0.5 only with antialias, other edges), so only its time is comparable.
"""

import time
from functools import partial

import torch
from torch.nn import functional as F

from srkit.image import resize as module
from srkit.image.resize import resize

CASES = (
    ("16 HR crops, shrunk by 2", (16, 1, 128, 128), 0.5),
    ("16 LR crops, enlarged by 2", (16, 1, 32, 32), 2.0),
    ("a photograph, shrunk by 4", (1, 3, 1500, 2000), 0.25),
    ("a photograph, enlarged by 4", (1, 3, 375, 500), 4.0),
)


def median_ms(work, times=9):
    work()
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return 1000 * sorted(found)[len(found) // 2]


def torchs(x, scale):
    return F.interpolate(x, scale_factor=scale, mode="bicubic", antialias=scale < 1)


def main():
    chosen = module.DENSE_UP_TO
    for name, shape, scale in CASES:
        x = torch.rand(shape)
        times = {}
        for way, limit in (("dense", 10**9), ("taps", 0), ("srkit", chosen)):
            module.DENSE_UP_TO = limit
            times[way] = median_ms(partial(resize, x, scale))
        module.DENSE_UP_TO = chosen
        times["torch"] = median_ms(partial(torchs, x, scale))
        print(
            f"{name}: " + ", ".join(f"{way} {ms:.2f} ms ({ms / times['srkit']:.2f})" for way, ms in times.items())
        )


if __name__ == "__main__":
    main()
