"""Where KernelGAN looks: crops are drawn more often where an image has strong edges."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from srkit.draws import Draws

EDGES = 0.97
"""The share of pixels that are no edge."""

WINDOW = 5
"""Side of the square over which edges are spread, and width of the border that has none, in pixels."""

LUMA = (0.299, 0.587, 0.114)


def edges(image: Tensor) -> Tensor:
    """Return how many strong edges (h,w) lie around each pixel of an image (1,C,h,w).

    An edge is strong if it belongs to the strongest 3 % along the rows, along the columns, or in any direction.
    """
    weights = image.new_tensor(LUMA if image.shape[1] == 3 else (1.0,))
    gray = torch.einsum("c,chw->hw", weights, image[0])
    down, right = torch.gradient(gray)
    strong = torch.zeros_like(gray)
    for slope in (torch.hypot(down, right), right.abs(), down.abs()):
        inner = framed(slope, WINDOW)
        chosen = (inner > inner.flatten().kthvalue(max(1, int(EDGES * inner.numel()))).values).to(gray)
        strong = strong + chosen / chosen.sum().clamp(min=1)
    return mean(strong, WINDOW)


class Places:
    """The places of crops in an image, drawn by the number of edges in their middle.

    Args:
        edges: (h,w), as ``edges`` gives them.
        side: Side of the crops in pixels.
    """

    def __init__(self, edges: Tensor, side: int) -> None:
        self.side, self.size = side, edges.shape
        chances = framed(mean(edges, side // 2), side // 2).double().flatten()
        if not chances.sum():
            chances = framed(torch.ones_like(edges), side // 2).double().flatten()
        self.until = (chances / chances.sum()).cumsum(0)

    def drawn(self, count: int, draws: Draws) -> list[tuple[int, int]]:
        """Return the top and the left of ``count`` crops; both are even."""
        height, width = self.size
        centres = torch.searchsorted(self.until, draws.uniform(count)[0]).clamp(max=height * width - 1)
        top = (centres // width - self.side // 2).clamp(0, height - self.side)
        left = (centres % width - self.side // 2).clamp(0, width - self.side)
        return list(zip((top - top % 2).tolist(), (left - left % 2).tolist(), strict=True))


def mean(plane: Tensor, side: int) -> Tensor:
    """Return the mean of (h,w) over a square of ``side`` pixels around each; beyond the edge it is 0."""
    padding = (side // 2, (side - 1) // 2) * 2
    return F.avg_pool2d(F.pad(plane[None, None], padding), side, 1)[0, 0]


def framed(plane: Tensor, border: int) -> Tensor:
    """Return (h,w) with zeros in a border of so many pixels."""
    inner = torch.zeros_like(plane)
    middle = slice(border, -border or None)
    inner[middle, middle] = plane[middle, middle]
    return inner
