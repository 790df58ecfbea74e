"""LPIPS, through the package of its authors."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor

import srkit
from srkit.image.convert import gray_to_rgb
from srkit.image.crop import shave
from srkit.metrics.protocol import same_shape


@srkit.metric("lpips")
class LPIPS:
    """Learned perceptual distance (Zhang et al. 2018), 0 is identical; wants the package ``lpips`` and its weights.

    ``pip install 'srkit[lpips]'`` brings the package; torchvision, which it needs, downloads the network's
    weights when they are first used.

    Args:
        net: The network whose features are compared; the authors report alex.
        border: Pixels cut off every side; null is the scale.
    """

    def __init__(
        self, scale: int, *, net: Literal["alex", "vgg", "squeeze"] = "alex", border: int | None = None
    ) -> None:
        self.border = scale if border is None else border
        self.distance = _network(net)
        self.protocol = {"color": "RGB", "range": "-1..1", "border": self.border, "net": net}

    @torch.no_grad()
    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return (N,) of two (N,C,H,W) in [0,1]."""
        same_shape(prediction, target)
        ready = [shave(gray_to_rgb(image).float(), self.border) * 2 - 1 for image in (prediction, target)]
        values: Tensor = self.distance(*ready)
        return values.flatten().double()


def _network(net: str) -> Any:
    try:
        import lpips
    except (ImportError, RuntimeError) as error:  # torchvision raises RuntimeError beside another torch
        raise ValueError(
            f"lpips cannot be used here: {str(error).splitlines()[0]}; "
            "pip install 'srkit[lpips]' on a machine whose torchvision fits its torch"
        ) from None
    try:
        return lpips.LPIPS(net=net, verbose=False).eval().requires_grad_(False)
    except OSError as error:
        raise ValueError(f"the weights of {net} are not here and cannot be downloaded: {error}") from None
