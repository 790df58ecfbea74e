"""Cut LR/HR pairs into patches, as the course report did before it trained: python cut_pairs.py --help.

With ``--place`` other than the scale, HR is cut where a network of that scale would have it: the fault
of a script that was written for x4 and run on x2. `faults.yaml` trains on both.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from srkit.datasets.pairs import pairs
from srkit.image.files import write
from srkit.seeds import seed_of


def main() -> None:
    """Write OUT/high and OUT/low."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("high", type=Path, help="folder of HR images")
    parser.add_argument("low", type=Path, help="folder of LR images")
    parser.add_argument("out", type=Path, help="where OUT/high and OUT/low are made")
    parser.add_argument("--shares", type=float, nargs=3, default=(70, 10, 20), help="only the first part is cut")
    parser.add_argument("--side", type=int, default=128, help="side of an LR patch")
    parser.add_argument("--count", type=int, default=20, help="patches of an image")
    parser.add_argument("--place", type=int, help="HR pixels to an LR pixel when a place is looked up; the scale")
    given = parser.parse_args()
    images = pairs(high=given.high, low=given.low, split="train", shares=list(given.shares))
    scale = images.scale or 1
    place, large = given.place or scale, given.side * scale
    for kind in ("high", "low"):
        (given.out / kind).mkdir(parents=True, exist_ok=True)
    for index, name in enumerate(images.names):
        high, low = images.high(index), images.low(index)
        for number in range(given.count):
            digits, top = divmod(seed_of("cut", name, number), low.shape[0] - given.side + 1)
            left = digits % (low.shape[1] - given.side + 1)
            # a slice beyond the edge is cut short without a word; whoever wrote the fault will have clamped it
            up, across = (min(place * at, end - large) for at, end in zip((top, left), high.shape, strict=False))
            file = f"{name}-{number}.png"
            write(given.out / "low" / file, low[top : top + given.side, left : left + given.side])
            write(given.out / "high" / file, high[up : up + large, across : across + large])


if __name__ == "__main__":
    main()
