"""Learned perceptual distance."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Annotated, Any, Literal

import torch
from torch import Tensor

import srkit
from srkit.image.convert import gray_to_rgb
from srkit.image.convert import quantise as to_levels
from srkit.image.crop import shave
from srkit.metrics.protocol import same_shape


@srkit.metric("lpips")
class LPIPS:
    """Learned perceptual distance (Zhang et al. 2018, version 0.1); 0 is best. It needs srkit[lpips].

    The network is that of the authors' package ``lpips``, which takes the ImageNet weights of its
    trunk from torchvision: they are downloaded into torch's hub folder on first use, or put there by hand.

    Args:
        net: The trunk; most tables use alex.
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
        net: Literal["alex", "vgg", "squeeze"] = "alex",
        border: Annotated[int, srkit.Range(0)] | None = None,
        quantise: bool = True,
    ) -> None:
        self.border = scale if border is None else border
        self.quantise = quantise
        self.network = _load(net)
        self.protocol = {
            "color": "RGB",
            "range": "-1..1",
            "border": self.border,
            "rounded": "8 bit" if quantise else "no",
            "net": f"{net} v0.1",
        }

    @torch.no_grad()
    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return (N,) of two (N,C,H,W) in [0,1]; one channel, gray or Y, counts as RGB with equal channels."""
        same_shape(prediction, target)
        self.network.to(prediction.device)
        values: Tensor = self.network(self._prepare(prediction), self._prepare(target))
        return values.flatten().double()

    def _prepare(self, image: Tensor) -> Tensor:
        image = gray_to_rgb(image.float())
        return shave(to_levels(image) if self.quantise else image, self.border) * 2 - 1


def _load(net: str) -> Any:
    """Return the authors' network.

    Raises:
        ValueError: The package, torchvision or the trunk's weights are missing; the message tells how to get them.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it uses deprecated names of torchvision
            return import_module("lpips").LPIPS(net=net, verbose=False).requires_grad_(False)
    except OSError as error:  # URLError is one of them
        raise ValueError(
            f"the ImageNet weights of {net!r} could not be downloaded: {error}; download them with torchvision "
            f"on a machine that may, and copy them to {torch.hub.get_dir()}/checkpoints"
        ) from None
    except (ImportError, RuntimeError) as error:  # a torchvision for another torch raises RuntimeError
        raise ValueError(
            f"the packages lpips and torchvision could not be loaded: {error}; "
            "pip install srkit[lpips], with the torchvision that belongs to this torch"
        ) from None
