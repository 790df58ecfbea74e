"""Consistency of SR with its LR."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

import srkit
from srkit.errors import TrainingError
from srkit.image.resize import resize
from srkit.parts.loss import LossFn


@srkit.loss("low_resolution")
class LowResolution(nn.Module):
    """The difference between LR and SR that is shrunk to its size by antialiased bicubic.

    Where LR was made by another degradation than ``bicubic``, HR itself is not free of loss: use it with a small
    weight there, if at all. It says nothing about details that LR cannot have, so give it a pixel loss beside
    it (``weighted``). HR is not looked at.

    Args:
        distance: l1, absolute differences, or l2, squared ones.
    """

    def __init__(self, *, distance: Literal["l1", "l2"] = "l1") -> None:
        super().__init__()
        self.distance = distance

    def with_low(self, low: Tensor) -> LossFn:
        """Return the loss of a batch whose LR is ``low``, (N,C,h,w)."""

        def compared(prediction: Tensor, _target: Tensor) -> Tensor:
            difference = resize(prediction.float(), size=(low.shape[-2], low.shape[-1])) - low.float()
            return difference.abs().mean() if self.distance == "l1" else difference.square().mean()

        return compared

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Refuse a call without LR.

        Raises:
            TrainingError: Always; ``with_low`` returns the loss that can be called.
        """
        raise TrainingError(
            f"loss low_resolution: wants the LR of the batch, got only SR {tuple(prediction.shape)} and HR "
            f"{tuple(target.shape)}; a regime must call srkit.parts.loss.for_batch(loss, low) for each batch"
        )
