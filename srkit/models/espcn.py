"""ESPCN, the network that sub-pixel convolution was made for."""

from __future__ import annotations

from typing import Annotated, Literal

from torch import Tensor, nn

import srkit
from srkit.layers.init import he_
from srkit.layers.precision import in_full_precision
from srkit.network.color import Color
from srkit.network.needs import Enlargement, Needs, needs_in_series
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "none": nn.Identity}


@srkit.model("espcn")
class ESPCN(nn.Module):
    """Two convolutions on the small image, then one upsampler to the large one.

    Shi et al., CVPR 2016. For luma it has 21,284 parameters at x2, 22,729 at x3 and 24,752 at x4. The files that
    OpenCV uses have ``activation: relu`` and ``output: tanh``.

    Args:
        upsampler: Makes the large image of the features.
        features: Channels behind the first convolution.
        narrow: Channels behind the second convolution.
        activation: The function behind both convolutions.
        output: The function behind the upsampler.
    """

    variants = (
        Variant(color=Color.Y),
        Variant("OpenCV", {"activation": "relu", "output": "tanh"}, Color.Y),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        features: Annotated[int, srkit.Range(1)] = 64,
        narrow: Annotated[int, srkit.Range(1)] = 32,
        activation: Literal["tanh", "relu"] = "tanh",
        output: Literal["none", "tanh"] = "none",
    ) -> None:
        super().__init__()
        self.scale, self.channels = scale, channels
        self.conv1 = nn.Conv2d(channels, features, 5, padding=2)
        self.conv2 = nn.Conv2d(features, narrow, 3, padding=1)
        for conv in (self.conv1, self.conv2):
            he_(conv)
        self.upsampler = upsampler(narrow, channels, scale)
        self.activation, self.output = ACTIVATIONS[activation](), ACTIVATIONS[output]()

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        features = self.activation(self.conv2(self.activation(self.conv1(low))))
        high: Tensor = self.output(in_full_precision(self.upsampler, features))
        return high

    @property
    def needs(self) -> Needs:
        """The needs of the network; its halo is None if the upsampler does not declare one."""
        return needs_in_series(2, 1, Enlargement(self.upsampler, self.scale))
