"""The estimator KernelGAN."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional as F

import srkit
from srkit.degrading.kernels import centred, compose, normalised
from srkit.draws import Draws
from srkit.errors import SrkitError
from srkit.parts import Estimator, Optimizer, Regime, Schedule
from srkit.slots import default
from srkit.training import Place, Recipe
from srkit_kernelgan.constraints import CENTRE, Constraints
from srkit_kernelgan.generator import SIDE, STRIDE, Linear, shrunk_side
from srkit_kernelgan.pairs import Pairs

ADAM = {"lr": 2e-4, "betas": [0.5, 0.999]}
TENTHS = {"factor": 0.1, "every": 750}

NEGLIGIBLE = 0.75
"""Share of the largest value that is left out; so much is taken off all values."""


@srkit.estimator("kernelgan")
class KernelGAN:
    """The kernel by which the image, shrunk once more, looks the most like itself (Bell-Kligler et al. 2019).

    A linear generator shrinks crops by 2, and a discriminator tries to tell the result from other crops of the
    same image. The kernel of x4 is that of x2 applied twice. Training draws crops where edges are, so an image
    needs some.

    Args:
        steps: Number of training steps.
        crop: Side of the crops that are shrunk, in pixels.
        border: Pixels along the edges of the image that are not used.
        features: Channels between the layers of the generator.
        largest: About so many of the largest values of the x2 kernel are kept at the end.
        start: The estimator of the first kernel, which training starts with and then leaves.
        regime: How the generator is trained against the discriminator.
        optimizer: The optimizer of the generator.
        schedule: The schedule of the generator's learning rate.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        steps: Annotated[int, srkit.Range(1)] = 3000,
        crop: Annotated[int, srkit.Range(32, multiple_of=2)] = 64,
        border: Annotated[int, srkit.Range(0)] = 10,
        features: Annotated[int, srkit.Range(1)] = 64,
        largest: Annotated[int, srkit.Range(1, SIDE**2 - 1)] = 40,
        start: Estimator = default("bicubic"),
        regime: Regime = default(
            "adversarial",
            discriminator={"use": "windows"},
            gan={"use": "absolute"},
            weight=1.0,
            optimizer={"use": "adam", **ADAM},
            schedule={"use": "step", **TENTHS},
            won=None,
            collapse=None,
        ),
        optimizer: Optimizer = default("adam", **ADAM),
        schedule: Schedule = default("step", **TENTHS),
    ) -> None:
        if scale not in (2, 4):
            raise ValueError(f"scale must be 2 or 4, got {scale}")
        self.scale, self.steps, self.crop, self.border = scale, steps, crop, border
        self.features, self.largest, self.start = features, largest, start(STRIDE)
        self.regime, self.recipe_of = regime, (optimizer, schedule)
        self.least = crop + 2 * border

    def __call__(self, low: Tensor, draws: Draws) -> Tensor:
        """Return the kernel (1,k,k) of low (1,C,h,w) after a training, on the CPU; k is 13 at x2 and 37 at x4.

        Raises:
            SrkitError: The image has one colour, so that it says nothing of its kernel.
        """
        image = self._used(low.float())
        if not (image - image[..., :1, :1]).any():
            raise SrkitError("wants an image with edges, found one colour; it says nothing of its kernel")
        generator = Linear(self.features).to(image.device)
        terms = Constraints(generator, self._first(low, draws)).to(image.device)
        patch = shrunk_side(self.crop)
        recipe = Recipe(terms, *self.recipe_of, crop=(image.shape[1], patch, patch))
        training = self.regime(generator, recipe, self.steps, Place(image.device))
        for step in training.fit(Pairs(image, self.crop, self.steps, draws), until=self.steps):
            terms.after(step.step)
        kept = cleaned(generator.kernel().detach().double().cpu(), self.largest)
        kernel = normalised(centred(kept[None].numpy(), CENTRE))
        return torch.from_numpy(compose(kernel, self.scale // STRIDE))

    def _used(self, image: Tensor) -> Tensor:
        """Return the image (1,C,h,w) without its border, and with even sides."""
        height, width = ((side - 2 * self.border) // STRIDE * STRIDE for side in image.shape[-2:])
        return image[..., self.border : self.border + height, self.border : self.border + width]

    def _first(self, low: Tensor, draws: Draws) -> Tensor:
        """Return the first kernel (13,13).

        Raises:
            SrkitError: It is larger.
        """
        kernel = self.start(low, draws.child("start"))[0].float()
        if len(kernel) > SIDE:
            raise SrkitError(f"start: wants a kernel of {SIDE} pixels or less, found {len(kernel)}")
        return F.pad(kernel, 4 * ((SIDE - len(kernel)) // 2,))


def cleaned(kernel: Tensor, largest: int) -> Tensor:
    """Return a kernel (k,k) with the sum 1, without negative and small values.

    What is kept is what exceeds ``NEGLIGIBLE`` times the value that comes after the ``largest`` largest.
    """
    least = NEGLIGIBLE * kernel.flatten().sort(descending=True).values[largest]
    kept = (kernel - least).clamp(min=0)
    return kept / kept.sum()
