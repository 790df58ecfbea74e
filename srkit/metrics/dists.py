"""Similarity of structure and texture."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import torch
from torch import Tensor

import srkit
from srkit.engine.pretrained import VGG16, pretrained_tensors
from srkit.image.convert import gray_to_rgb
from srkit.image.convert import quantise as to_levels
from srkit.image.crop import shave
from srkit.layers.vgg16 import WIDTHS, SmoothVGG16
from srkit.metrics.protocol import same_shape

CHANNELS = (3, *WIDTHS)
SMALL = 1e-6


@srkit.metric("dists")
class DISTS:
    """Similarity of structure and texture as a distance (Ding et al. 2020); 0 is best.

    It compares the means and the correlation of each channel of RGB and of VGG16's features, over the whole image.
    Texture that is another one, but of the same kind, hardly counts. It wants two files: torchvision's VGG16, and
    the authors' 1475 weights of the means and 1475 of the correlations. Images are taken in their own size; the
    authors shrink large ones to 256 pixels first.

    Args:
        vgg: File of torchvision's vgg16; null is the one in torch's folder of downloads, where it is put if it is
            not there.
        weights: The authors' file of 12 kB, weights.pt; null is the one in their package, ``srkit[dists]``.
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
        vgg: Path | None = None,
        weights: Path | None = None,
        border: Annotated[int, srkit.Range(0)] | None = None,
        quantise: bool = True,
    ) -> None:
        self.border = scale if border is None else border
        self.quantise = quantise
        self.alpha, self.beta = _weights(weights)
        file, tensors = pretrained_tensors(vgg, VGG16, " as vgg")
        try:
            self.network = SmoothVGG16(tensors)
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from None
        self.protocol = {
            "color": "RGB",
            "range": "0..1",
            "border": self.border,
            "rounded": "8 bit" if quantise else "no",
            "net": "vgg16",
        }

    @torch.no_grad()
    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return (N,) of two (N,C,H,W) in [0,1]; one channel, gray or Y, counts as RGB with equal channels."""
        same_shape(prediction, target)
        self.network.to(prediction.device)
        first, second = (self._prepare(image) for image in (prediction, target))
        similarity = torch.zeros(len(first), dtype=torch.float64)
        features = zip([first, *self.network(first)], [second, *self.network(second)], strict=True)
        parts = zip(features, *(torch.split(one, list(CHANNELS)) for one in (self.alpha, self.beta)), strict=True)
        for (x, y), alpha, beta in parts:
            means, structure = (kind.double().cpu() for kind in _similarities(x, y))
            similarity += (alpha * means + beta * structure).sum(1)
        return 1 - similarity

    def _prepare(self, image: Tensor) -> Tensor:
        image = gray_to_rgb(image.float())
        return shave(to_levels(image) if self.quantise else image, self.border)


def _similarities(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return how alike the means and the variations of each channel are, (N,F) each, of features (N,F,h,w)."""
    x_mean, y_mean = x.mean((2, 3)), y.mean((2, 3))
    x_away, y_away = x - x_mean[..., None, None], y - y_mean[..., None, None]
    covariance = (x_away * y_away).mean((2, 3))
    variances = x_away.square().mean((2, 3)) + y_away.square().mean((2, 3))
    means = (2 * x_mean * y_mean + SMALL) / (x_mean.square() + y_mean.square() + SMALL)
    return means, (2 * covariance + SMALL) / (variances + SMALL)


def _weights(path: Path | None) -> tuple[Tensor, Tensor]:
    """Return the weights of means and of correlations, (1475,) each, which add up to 1 together.

    Raises:
        ValueError: There is no such file, or it holds something else.
    """
    if path is None:
        spec = find_spec("DISTS_pytorch")  # found, not imported: it needs torchvision
        if spec is None or spec.origin is None:
            raise ValueError("the authors' weights are missing; pip install srkit[dists], or give weights")
        path = Path(spec.origin).parent / "weights.pt"
    _, tensors = pretrained_tensors(path, "", "")
    for name in ("alpha", "beta"):
        if name not in tensors or tensors[name].numel() != sum(CHANNELS):
            found = "none" if name not in tensors else tuple(tensors[name].shape)
            raise ValueError(
                f"{path}: wants {name} of {sum(CHANNELS)} weights, as the authors' weights.pt, found {found}"
            )
    alpha, beta = (tensors[name].double().flatten() for name in ("alpha", "beta"))
    total = alpha.sum() + beta.sum()
    return alpha / total, beta / total
