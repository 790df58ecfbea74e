"""A batch to learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor


class Pair(NamedTuple):
    """A batch to learn from.

    ``low`` is (N,C,h,w) and ``high`` is (N,C,s*h,s*w), both float in [0,1];
    ``names`` says which image each of the N crops was cut from.
    """

    low: Tensor
    high: Tensor
    names: tuple[str, ...]
