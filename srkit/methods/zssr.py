"""Zero-shot super-resolution: learning from the image alone."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor, nn

import srkit
from srkit.degrading.blur import blur
from srkit.draws import Draws
from srkit.pair import Pair
from srkit.parts import Estimator, Loss, Model, Optimizer, Regime, Schedule
from srkit.parts.method import LEAST
from srkit.slots import default
from srkit.training import Place, Recipe

RGB = 3


@srkit.method("zssr")
class ZSSR:
    """Train a new network on the image itself: it learns to undo a second shrinking of the image.

    The idea is that of ZSSR (Shocher, Cohen and Irani, CVPR 2018): structures recur in an image at other scales.
    Crops of LR, turned and mirrored, serve as HR; the same crops shrunk by the kernel serve as LR. The paper's
    network, gradual scales and mean over eight orientations are not copied: any model and any regime serve. It is
    slow, and worthwhile if the kernel is known and no trained network fits it.

    Args:
        estimator: Estimates the kernel that made LR.
        model: The model that is trained; the default starts at bicubic.
        regime: How it is trained.
        loss: The loss between SR and HR.
        optimizer: The optimizer of the model.
        schedule: The schedule of the learning rate.
        steps: Number of training steps.
        batch: Number of crops in a step.
        crop: Largest side of a crop, in LR pixels; a smaller image is one crop.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        estimator: Estimator = default("bicubic"),
        model: Model = default("lapsrn", depth=6, features=32),
        regime: Regime = default("supervised"),
        loss: Loss = default("l1"),
        optimizer: Optimizer = default("adam", lr=1e-3),
        schedule: Schedule = default("cosine"),
        steps: Annotated[int, srkit.Range(1)] = 1000,
        batch: Annotated[int, srkit.Range(1)] = 4,
        crop: Annotated[int, srkit.Range(16)] = 64,
    ) -> None:
        model(scale, RGB)  # a scale or an option that the model or the loss refuses is refused before any image
        loss()
        self.estimator, self.loss = estimator(scale), loss
        self.scale, self.model, self.regime = scale, model, regime
        self.recipe_of = optimizer, schedule
        self.steps, self.batch, self.crop = steps, batch, crop
        self.least = max(4 * scale, LEAST.of(self.estimator))

    def __call__(self, low: Tensor, draws: Draws) -> Tensor:
        """Return high (1,C,s*h,s*w) of low (1,C,h,w), after a training."""
        kernel = self.estimator(low, draws.child("estimator"))
        father, crops = low.float(), draws.child("crops")
        network = self.model(self.scale, low.shape[1]).to(low.device)
        loss = self.loss()  # a new one for every image: it may set weights of its own
        crop = father.shape[1], *2 * (self._side(father),)
        recipe = Recipe(loss.to(low.device) if isinstance(loss, nn.Module) else loss, *self.recipe_of, crop=crop)
        training = self.regime(network, recipe, self.steps, Place(low.device))
        for _ in training.fit(lambda _step: self._pair(father, kernel, crops), until=self.steps):
            pass
        with torch.no_grad():
            high: Tensor = training.evaluated.eval()(father)
        return high.to(low.dtype)

    def _pair(self, image: Tensor, kernel: Tensor, draws: Draws) -> Pair:
        """Return a batch of crops of the image, and the same crops shrunk by the kernel."""
        side = self._side(image)
        places = draws.uniform(self.batch, 2)[0]
        turns = draws.integers(0, 8, self.batch)[0].tolist()
        room = torch.tensor([image.shape[-2] - side + 1, image.shape[-1] - side + 1])
        crops = [
            _turned(image[..., top : top + side, left : left + side], turn)
            for (top, left), turn in zip((places * room).long().tolist(), turns, strict=True)
        ]
        high = torch.cat(crops)
        low = blur(high, kernel.expand(self.batch, -1, -1), self.scale)
        return Pair(low, high, ("itself",) * self.batch)

    def _side(self, image: Tensor) -> int:
        """Return the side of a crop, a square that may be turned, in pixels."""
        height, width = image.shape[-2:]
        return min(self.crop, height, width) // self.scale * self.scale


def _turned(image: Tensor, turn: int) -> Tensor:
    """Return one of the eight orientations of (1,C,h,w)."""
    return torch.rot90(image.flip(-1) if turn >= 4 else image, turn % 4, (-2, -1))
