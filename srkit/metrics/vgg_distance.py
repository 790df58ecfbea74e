"""Distance between the features of two images in a network that was trained to recognise objects."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import torch
from torch import Tensor

import srkit
from srkit.engine.pretrained import VGG19 as URL
from srkit.engine.pretrained import pretrained_tensors
from srkit.errors import TrainingError
from srkit.image.color import luma, y_to_gray
from srkit.image.convert import gray_to_rgb
from srkit.image.convert import quantise as to_levels
from srkit.image.crop import shave
from srkit.layers.vgg import VGG19
from srkit.metrics.protocol import same_shape


@srkit.metric("vgg_distance")
class VGGDistance:
    """Mean absolute difference of VGG19's features at one layer; 0 is best.

    The mean is taken over the positions and channels of the layer. It wants a file of weights, and its unit is
    that of the file: numbers of torchvision's VGG19 and of the normalised one cannot be compared. It is no
    substitute for ``lpips``, whose weights were fitted to what people see, but needs nothing besides the
    file of the loss ``perceptual``.

    Args:
        layer: The layer: convX_Y before the ReLU, or reluX_Y behind it.
        weights: File of torchvision's vgg19, or of the normalised VGG19; null is torchvision's in torch's
            folder of downloads, where it is put if it is not there.
        color: y compares luma, repeated three times; rgb takes the colours too.
        border: Pixels cut off every side; null is the scale.
        quantise: Whether both images are rounded to 8 bits first.
    """

    higher_is_better = False
    on_device = True

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        layer: str = "conv3_1",
        weights: Path | None = None,
        color: Literal["y", "rgb"] = "rgb",
        border: Annotated[int, srkit.Range(0)] | None = None,
        quantise: bool = True,
    ) -> None:
        self.border = scale if border is None else border
        self.color, self.quantise = color, quantise
        file, tensors = pretrained_tensors(weights, URL, ", or that of a normalised VGG19, as weights")
        try:
            self.network = VGG19(tensors, [layer])
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from None
        self.protocol = {
            "color": "Y" if color == "y" else "RGB",
            "range": "0..1",
            "border": self.border,
            "rounded": "8 bit" if quantise else "no",
            "net": "normalised vgg19" if self.network.reflect else "vgg19",
            "layer": layer,
        }

    @torch.no_grad()
    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return (N,) of two (N,C,H,W) in [0,1]; one channel counts as RGB with equal channels.

        Raises:
            TrainingError: The images are too small for the layer.
        """
        same_shape(prediction, target)
        self.network.to(prediction.device)
        first, second = (self.network(self._prepare(image))[0] for image in (prediction, target))
        values: Tensor = (first - second).abs().flatten(1).double().mean(1)
        return values

    def _prepare(self, image: Tensor) -> Tensor:
        image = shave(to_levels(image.float()) if self.quantise else image.float(), self.border)
        (height, width), least = image.shape[-2:], self.network.least
        if min(height, width) < least:
            raise TrainingError(
                f"metric vgg_distance: wants images of at least {least} pixels a side within the border, for "
                f"{self.network.layers[0]}, got {width} x {height}; leave it out, or take a shallower layer"
            )
        if self.color == "y" and image.shape[1] == 3:
            image = y_to_gray(luma(image))
        return gray_to_rgb(image)
