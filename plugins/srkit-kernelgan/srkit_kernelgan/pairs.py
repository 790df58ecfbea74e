"""Crops of an image: some are shrunk, and the shrunk ones are to look like the others."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from srkit.draws import Draws
from srkit.pair import Pair
from srkit_kernelgan.crops import Places, edges
from srkit_kernelgan.generator import NOISE, STRIDE, shrunk_side


class Pairs:
    """The batches of a training: each is one crop to shrink, and one of the size that it then has.

    Args:
        image: (1,C,h,w) in [0,1], with even sides.
        crop: Side of the crops that are shrunk, in pixels.
        steps: How many there are of each.
        draws: Where they lie.
    """

    def __init__(self, image: Tensor, crop: int, steps: int, draws: Draws) -> None:
        self.image, self.crop, self.patch = image, crop, shrunk_side(crop)
        self.noise = draws.child("noise")
        # a crop is worth shrinking where the shrunk image has edges
        small = edges(F.avg_pool2d(image, STRIDE)).repeat_interleave(STRIDE, 0).repeat_interleave(STRIDE, 1)
        self.larger = Places(small, crop).drawn(steps, draws.child("larger"))
        self.smaller = Places(edges(image), self.patch).drawn(steps, draws.child("smaller"))

    def __call__(self, number: int) -> Pair:
        """Return the batch of a step, counted from 0; ``high`` has the noise that the generator adds, too."""
        (top, left), (y, x) = self.larger[number], self.smaller[number]
        low = self.image[..., top : top + self.crop, left : left + self.crop]
        high = self.image[..., y : y + self.patch, x : x + self.patch]
        noise = self.noise.normal(*high.shape[1:]).to(high)
        return Pair(low, high + NOISE * noise, ("itself",))
