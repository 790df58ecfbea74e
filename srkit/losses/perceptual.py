"""The difference between the features of two images in a network that was trained to recognise objects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

import srkit
from srkit.engine.precision import Precision, autocast
from srkit.engine.pretrained import VGG19 as URL
from srkit.engine.pretrained import pretrained_tensors
from srkit.errors import TrainingError
from srkit.image.color import y_to_gray
from srkit.image.convert import gray_to_rgb
from srkit.layers.vgg import VGG19

USUAL: Mapping[str, float] = {"relu2_2": 1.0}


@srkit.loss("perceptual")
class Perceptual(nn.Module):
    """The distance between VGG19's features phi_ij of both images (Johnson et al. 2016; Ledig et al. 2017).

    l2 is SRGAN's equation 5: 1/(W H) of the sum, over the W x H positions of phi_ij and its channels, of the
    squared difference; l1 the same with its absolute value. Both are means over the batch, and
    sums over the layers, each times its weight. Other codes take the mean over channels too
    (``channels: mean``), which is 64, 128, 256 or 512 times less.

    Y is brought from studio range [16/255, 235/255] to [0,1] and repeated three times; RGB is taken as it is.
    Then follows the normalisation that the weights were trained with. Nothing is clipped: a value
    below 0 would then have no gradient.

    Layers are ``convX_Y``, before the ReLU, and ``reluX_Y``, behind it, from 1_1, 1_2, 2_1, 2_2, 3_1 to 3_4,
    4_1 to 4_4, 5_1 to 5_4. Alone it reproduces colours and grey levels poorly: fine-tune with it beside a pixel
    loss, balanced (``weighted``).

    Args:
        layers: The layers with their weights: ``{relu2_2: 1, conv5_4: 0.1}``.
        distance: l2, squared differences, or l1, absolute ones.
        channels: sum adds up a layer's channels, as in the formula; mean averages them.
        weights: File of torchvision's vgg19, or of the normalised VGG19; null is torchvision's in torch's
            folder of downloads, where it is put if it is not there.
        precision: Number format inside VGG19; bf16 is faster where the machine has it, its gradient rougher with
            every layer.
    """

    @srkit.limited
    def __init__(
        self,
        *,
        layers: Mapping[str, Annotated[float, srkit.Range(0)]] = USUAL,
        distance: Literal["l2", "l1"] = "l2",
        channels: Literal["sum", "mean"] = "sum",
        weights: Path | None = None,
        precision: Precision = "fp32",
    ) -> None:
        super().__init__()
        looked_at = [layer for layer, weight in layers.items() if weight]
        if not looked_at:
            raise ValueError("layers must name at least one layer with a weight, got none")
        file, tensors = pretrained_tensors(weights, URL, ", or that of a normalised VGG19, as weights")
        try:
            self.network = VGG19(tensors, looked_at)
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from None
        self.weights = [layers[layer] for layer in self.network.layers]
        self.distance, self.channels, self.precision = distance, channels, precision

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return a scalar of two (N,C,H,W), C 1 or 3.

        Raises:
            TrainingError: The images are too small for the deepest layer.
        """
        self._refuse(prediction)
        with autocast(prediction.device, self.precision):
            with torch.no_grad():
                target_features = self.network(_rgb(target))
            prediction_features = self.network(_rgb(prediction))
        total = torch.zeros((), device=prediction.device)
        for weight, ours, theirs in zip(self.weights, prediction_features, target_features, strict=True):
            total = total + weight * self._distance(ours, theirs)
        return total

    def _distance(self, features: Tensor, target_features: Tensor) -> Tensor:
        difference = features.float() - target_features.float()
        each = difference.square() if self.distance == "l2" else difference.abs()
        return each.sum(1).mean() if self.channels == "sum" else each.mean()

    def _refuse(self, image: Tensor) -> None:
        (channels, height, width), least = image.shape[1:], self.network.least
        if channels not in (1, 3):
            raise ValueError(f"wants images of 1 or 3 channels, got {channels}")
        if min(height, width) < least:
            raise TrainingError(
                f"loss perceptual: wants images of at least {least} pixels a side for {self.network.layers[-1]}, "
                f"got {width} x {height}; take a larger train.patch, train.pyramid=last, or a shallower layer"
            )


def _rgb(image: Tensor) -> Tensor:
    """Return RGB in [0,1] of Y in studio range, or of RGB."""
    return gray_to_rgb(y_to_gray(image.float())) if image.shape[1] == 1 else image.float()
