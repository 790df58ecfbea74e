"""Learned perceptual distance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from torch import Tensor

import srkit
from srkit.engine.pretrained import ALEXNET, VGG16, pretrained_tensors
from srkit.image.convert import gray_to_rgb
from srkit.image.convert import quantise as to_levels
from srkit.image.crop import shave
from srkit.layers.trunk import Trunk, TrunkName, unit
from srkit.metrics.protocol import same_shape

WEIGHTS = Path(__file__).with_name("lpips.npz")
"""The authors' weights of the features' channels (lpips.txt has their licence)."""

MEAN = (-0.030, -0.088, -0.188)
DEVIATION = (0.458, 0.448, 0.450)
"""The authors' normalisation of RGB in [-1,1]."""


@srkit.metric("lpips")
class LPIPS:
    """Learned perceptual distance (Zhang et al. 2018, version 0.1); 0 is best.

    It compares the features of a network for ImageNet, each channel with a weight learnt from people's judgements.
    The weights come with srkit. The network is torchvision's, and wants its file.

    Args:
        net: The network: AlexNet, as in most tables, or VGG16.
        trunk: File of torchvision's alexnet or vgg16; null is the one in torch's folder of downloads, where it is
            put if it is not there.
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
        net: TrunkName = "alex",
        trunk: Path | None = None,
        border: Annotated[int, srkit.Range(0)] | None = None,
        quantise: bool = True,
    ) -> None:
        self.border = scale if border is None else border
        self.quantise = quantise
        self.net: TrunkName = net
        file, tensors = pretrained_tensors(trunk, ALEXNET if net == "alex" else VGG16, " as trunk")
        try:
            self.trunk = Trunk(tensors, net)
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from None
        with np.load(WEIGHTS) as weights:
            self.weights = [torch.from_numpy(weights[f"{net}_{index}"])[None, :, None, None] for index in range(5)]
        self.protocol = {
            "color": "RGB",
            "range": "-1..1",
            "border": self.border,
            "rounded": "8 bit" if quantise else "no",
            "net": f"{net} v0.1",
        }

    @torch.no_grad()
    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return (N,) of two (N,C,H,W) in [0,1]; one channel, gray or Y, counts as RGB with equal channels.

        Raises:
            ValueError: The images inside the border are too small for the network.
        """
        same_shape(prediction, target)
        self.trunk.to(prediction.device)
        first, second = (self.trunk(self._prepare(image)) for image in (prediction, target))
        distance = torch.zeros(len(prediction), dtype=torch.float64)
        for x, y, weight in zip(first, second, self.weights, strict=True):
            apart = (unit(x) - unit(y)).square() * weight.to(x.device)
            distance += apart.sum(1).mean((1, 2)).double().cpu()
        return distance

    def _prepare(self, image: Tensor) -> Tensor:
        image = shave(gray_to_rgb(image.float()), self.border)
        if min(image.shape[-2:]) < Trunk.least(self.net):
            height, width = image.shape[-2:]
            raise ValueError(
                f"lpips wants at least {Trunk.least(self.net)} pixels a side inside the border for {self.net}, "
                f"got {width} x {height}"
            )
        mean, deviation = (torch.tensor(one, device=image.device)[:, None, None] for one in (MEAN, DEVIATION))
        return ((to_levels(image) if self.quantise else image) * 2 - 1 - mean) / deviation
