"""FSRCNN, SRCNN made fast."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor, nn

import srkit
from srkit.layers.init import he_
from srkit.layers.precision import in_full_precision
from srkit.network.color import Color
from srkit.network.needs import Enlargement, Needs, needs_in_series
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default


@srkit.model("fsrcnn")
class FSRCNN(nn.Module):
    """Narrow convolutions on the small image, then one upsampler to the large one.

    Dong et al., ECCV 2016. FSRCNN(56,12,4) for luma has 12,809 parameters at every scale; the small FSRCNN-s is
    (32,5,1). The files that OpenCV uses have a 1x1 convolution and a pixel shuffle instead of the transposed
    convolution: ``upsampler: {use: subpixel, kernel: 1}``.

    Args:
        upsampler: Makes the large image of the features.
        features: Channels at both ends (d in the paper).
        narrow: Channels between them (s).
        depth: 3x3 convolutions between them (m).
    """

    variants = (
        Variant(
            color=Color.Y,
            psnr={2: (37.00, 32.63, 31.53, 29.88), 4: (30.72, 27.61, 26.98, 24.62)},
            source="Dong et al. 2016",
        ),
        Variant("small", {"features": 32, "narrow": 5, "depth": 1}, Color.Y),
        Variant("OpenCV", {"upsampler": {"use": "subpixel", "kernel": 1}}, Color.Y),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("transposed_conv", kernel=9),
        features: Annotated[int, srkit.Range(1)] = 56,
        narrow: Annotated[int, srkit.Range(1)] = 12,
        depth: Annotated[int, srkit.Range(1, 1000)] = 4,
    ) -> None:
        super().__init__()
        self.scale, self.channels = scale, channels
        layers = [
            (channels, features, 5),
            (features, narrow, 1),
            *[(narrow, narrow, 3)] * depth,
            (narrow, features, 1),
        ]
        self.convs = nn.ModuleList(
            nn.Conv2d(before, after, side, padding=side // 2) for before, after, side in layers
        )
        self.activations = nn.ModuleList(nn.PReLU(after) for _, after, _ in layers)
        for conv in self.convs:
            he_(conv)  # type: ignore[arg-type]
        self.upsampler = upsampler(features, channels, scale)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        x = low
        for conv, activation in zip(self.convs, self.activations, strict=True):
            x = activation(conv(x))
        return in_full_precision(self.upsampler, x)

    @property
    def needs(self) -> Needs:
        """The needs of the network; its halo is None if the upsampler does not declare one."""
        return needs_in_series(2, len(self.convs) - 3, Enlargement(self.upsampler, self.scale))
