"""MS-LapSRN: one small network for every level and every scale."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.init import he_
from srkit.layers.precision import in_full_precision
from srkit.models.pyramid import levels_of, needs_of_pyramid
from srkit.network.color import Color
from srkit.network.needs import Needs
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default

RELEASED = {
    "upsampler": {"use": "transposed_conv", "kernel": 3},
    "image_upsampler": {"use": "transposed_conv", "kernel": 4, "init": "bilinear", "bias": False},
}
"""Options of the released weights that differ from the defaults."""


@srkit.model("ms_lapsrn")
class MSLapSRN(nn.Module):
    """LapSRN whose levels share their weights and whose convolutions are applied recursively.

    Lai et al., TPAMI 2018 (MS-LapSRN, shared-source skips). 222,801 parameters at every scale.
    The released D5R8 is ``depth: 5, recursions: 8, upsampler: {use: transposed_conv,
    kernel: 3}, image_upsampler: {use: transposed_conv, kernel: 4, init: bilinear, bias: false}``.

    Args:
        upsampler: Enlarges the features by 2.
        image_upsampler: Enlarges the image by 2.
        depth: Convolutions of the recursive block (D).
        recursions: How often the block is applied at a level (R).
        features: Channels inside.
        negative_slope: Slope of LeakyReLU below zero; it stands before the block's convolutions and the upsampler.
    """

    variants = (
        Variant(color=Color.Y),
        Variant(
            "D5R8",
            RELEASED,
            Color.Y,
            psnr={
                2: (None, 33.28, 32.05, 31.15),
                4: (None, 28.26, 27.43, 25.51),
                8: (None, 24.57, 24.65, 22.06),
            },
            source="Lai et al. 2018",
        ),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        image_upsampler: Upsampler = default("bicubic"),
        depth: Annotated[int, srkit.Range(1, 1000)] = 5,
        recursions: Annotated[int, srkit.Range(1, 1000)] = 8,
        features: Annotated[int, srkit.Range(1)] = 64,
        negative_slope: Annotated[float, srkit.Range(0)] = 0.2,
    ) -> None:
        super().__init__()
        self.scale, self.channels = scale, channels
        self.count, self.recursions, self.slope = levels_of(scale), recursions, negative_slope
        self.embed = nn.Conv2d(channels, features, 3, padding=1)
        self.convs = nn.ModuleList(nn.Conv2d(features, features, 3, padding=1) for _ in range(depth))
        self.upsampler = upsampler(features, features, 2)
        self.image_upsampler = image_upsampler(channels, channels, 2)
        self.residual = nn.Conv2d(features, channels, 3, padding=1)
        for conv in (self.embed, *self.convs):
            he_(conv)
        nn.init.zeros_(self.residual.weight)
        assert self.residual.bias is not None
        nn.init.zeros_(self.residual.bias)

    def pyramid(self, low: Tensor) -> list[Tensor]:
        """Predict every level of (N,C,H,W), coarse to fine: (N,C,2H,2W), (N,C,4H,4W), ..."""
        features: Tensor = self.embed(low)
        image, predictions = low, []
        for _ in range(self.count):
            features = self.upsampler(self._act(self._recursive(features)))
            # no LeakyReLU before this one in the released graph; with it D5R2 scores 9 dB less on Set5's woman
            image = in_full_precision(self.image_upsampler, image) + self.residual(features)
            predictions.append(image)
        return predictions

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        return self.pyramid(low)[-1]

    @property
    def needs(self) -> Needs:
        """The needs of the network; its halo is None if an upsampler does not declare one."""
        level = len(self.convs) * self.recursions, self.upsampler, self.image_upsampler
        return needs_of_pyramid([level] * self.count)

    def _recursive(self, source: Tensor) -> Tensor:
        x = source
        for _ in range(self.recursions):
            for conv in self.convs:
                x = conv(self._act(x))
            x = x + source
        return x

    def _act(self, x: Tensor) -> Tensor:
        return F.leaky_relu(x, self.slope)
