"""Which images are for training, validation and testing: a function of their names."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal

from srkit.errors import DataError

Split = Literal["all", "train", "validate", "test"]
SPLITS = ("train", "validate", "test")


def split_of(names: Sequence[str], split: Split, shares: Sequence[float], seed: int, where: str) -> list[int]:
    """Return the positions of the images of ``split``; every image is in exactly one.

    Images are put in an order that depends on (seed, name) and cut at the shares. Every
    split with a share gets one image at least.

    Raises:
        ValueError: The shares are not three numbers that are not negative.
        DataError: There are fewer images than splits.
    """
    if len(shares) != 3 or min(shares) < 0 or sum(shares) <= 0:
        raise ValueError(f"shares must be three numbers (train, validate, test), none negative, got {list(shares)}")
    if split == "all":
        return list(range(len(names)))
    counts = _counts(len(names), shares, where)
    begin = sum(counts[: SPLITS.index(split)])
    chosen = sorted(range(len(names)), key=lambda index: _rank(seed, names[index]))
    found = sorted(chosen[begin : begin + counts[SPLITS.index(split)]])
    if not found:
        raise DataError(f"{where}: wants images to {split}, but its share of {list(shares)} is none")
    return found


def _counts(total: int, shares: Sequence[float], where: str) -> list[int]:
    used = [share for share in shares if share > 0]
    if total < len(used):
        raise DataError(f"{where}: wants at least {len(used)} images for {len(used)} splits, found {total}")
    exact = [total * share / sum(shares) for share in shares]
    counts = [max(1, int(one)) if share > 0 else 0 for one, share in zip(exact, shares, strict=True)]
    while sum(counts) < total:  # largest remainder first
        counts[max(range(3), key=lambda i: (shares[i] > 0, exact[i] - counts[i]))] += 1
    while sum(counts) > total:
        counts[max(range(3), key=lambda i: counts[i] - exact[i] if counts[i] > 1 else -total)] -= 1
    return counts


def _rank(seed: int, name: str) -> bytes:
    return hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
