"""Splitting images into training, validation and test images by their names."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Literal

from srkit.errors import DataError

Split = Literal["all", "train", "validate", "test"]
SPLITS = ("train", "validate", "test")


def split_of(names: Sequence[str], split: Split, shares: Sequence[float], seed: int, where: str) -> list[int]:
    """Return the positions of the images of ``split``; every image is in exactly one.

    Images are sorted by a hash of (seed, name), and the list is cut in proportion to the shares. Every
    split with a share above 0 gets at least one image.

    Raises:
        ValueError: The shares are not three finite numbers that are not negative, or all are zero.
        DataError: There are fewer images than splits, or the share of ``split`` is 0.
    """
    if len(shares) != 3 or not all(math.isfinite(share) and share >= 0 for share in shares) or sum(shares) <= 0:
        raise ValueError(
            f"shares must be three numbers (train, validate, test), none negative and not all 0, got {list(shares)}"
        )
    if split == "all":
        return list(range(len(names)))
    counts = _counts(len(names), shares, where)
    begin = sum(counts[: SPLITS.index(split)])
    ordered = sorted(range(len(names)), key=lambda index: _rank(seed, names[index]))
    found = sorted(ordered[begin : begin + counts[SPLITS.index(split)]])
    if not found:
        raise DataError(f"{where}: wants a share above 0 for {split}, found shares {list(shares)}")
    return found


def _counts(total: int, shares: Sequence[float], where: str) -> list[int]:
    """Divide ``total`` images by largest remainder, at least one for every share above 0."""
    used = sum(share > 0 for share in shares)
    if total < used:
        raise DataError(f"{where}: wants at least {used} images for {used} splits, found {total}")
    exact = [total * share / sum(shares) for share in shares]
    counts = [max(1, int(one)) if share > 0 else 0 for one, share in zip(exact, shares, strict=True)]
    while sum(counts) < total:
        counts[max(range(3), key=lambda i: (shares[i] > 0, exact[i] - counts[i]))] += 1
    while sum(counts) > total:  # an image that was given to a small share must be taken from another
        counts[max(range(3), key=lambda i: (counts[i] > 1, counts[i] - exact[i]))] -= 1
    return counts


def _rank(seed: int, name: str) -> bytes:
    return hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
