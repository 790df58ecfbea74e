"""Mixup: the sum of two pairs."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

import srkit
from srkit.augmentations.beta import beta
from srkit.draws import Draws
from srkit.parts.augmentation import Partners


@srkit.augmentation("mixup")
class Mixup:
    """v times a pair plus 1 - v times another, LR and HR alike, with v of Beta(alpha, alpha) (Zhang et al. 2018).

    The default is that of Yoo et al. (2020), who tried it for super-resolution. They draw one v for a batch and
    take the partners from the batch. Here each crop has a v of its own, and its partner is a crop that belongs to
    no other: so a crop is the same in a batch of any size and on any number of devices. Making the partners
    doubles the work of preparing a batch.

    Args:
        alpha: Of the beta distribution: 1 is uniform, more prefers even sums, less prefers one of the two.
        probability: How often a crop is mixed.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,  # noqa: ARG002 - wired in to every augmentation
        *,
        alpha: Annotated[float, srkit.Range(above=0)] = 1.2,
        probability: Annotated[float, srkit.Range(0, 1)] = 1.0,
    ) -> None:
        self.alpha, self.probability = alpha, probability

    def __call__(self, low: Tensor, high: Tensor, partners: Partners, draws: Draws) -> tuple[Tensor, Tensor]:
        """Return the mixed LR (N,C,h,w) and HR (N,C,s*h,s*w)."""
        chosen, share = draws.uniform() < self.probability, beta(draws, self.alpha)
        rows = chosen.nonzero()[:, 0].tolist()
        if not rows:
            return low, high
        other_low, other_high = partners(rows)
        return _mixed(low, other_low, share, rows), _mixed(high, other_high, share, rows)


def _mixed(images: Tensor, others: Tensor, share: Tensor, rows: list[int]) -> Tensor:
    weight = share[rows].to(images.device, images.dtype).view(-1, 1, 1, 1)
    result = images.clone()
    result[rows] = weight * images[rows] + (1 - weight) * others
    return result
