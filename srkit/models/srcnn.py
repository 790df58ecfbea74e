"""SRCNN, the first convolutional network for super-resolution."""

from __future__ import annotations

from typing import Annotated, Literal

from torch import Tensor, nn

import srkit
from srkit.layers.init import he_
from srkit.layers.precision import in_full_precision
from srkit.network.color import Color
from srkit.network.needs import Enlargement, Needs, needs_in_parallel, needs_in_series
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default


@srkit.model("srcnn")
class SRCNN(nn.Module):
    """Three convolutions, which restore an image that was enlarged first.

    Dong et al., TPAMI 2016. For luma, 9-5-5 has 57,281 parameters and 9-1-5 (``kernel: 1``) has 8,129, at every
    scale. Edges are replicated, as the official test does.

    Args:
        image_upsampler: Enlarges the image before the network; bicubic in the paper.
        kernel: Side of the second kernel; the others are 9 and 5.
        features: Channels behind the first convolution.
        narrow: Channels behind the second convolution.
        init: he draws weights by their number of inputs; gaussian draws N(0, 0.001) with a bias of 0, as the paper.
        residual: Whether the enlarged image is added to the result. It is not in the paper; it learns faster.
    """

    variants = (
        Variant(
            "9-5-5",
            color=Color.Y,
            psnr={2: (36.66, 32.45, 31.36, 29.50), 4: (30.48, 27.50, 26.90, 24.52)},
            source="Dong et al. 2016",
        ),
        Variant("9-1-5", {"kernel": 1}, Color.Y),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        image_upsampler: Upsampler = default("bicubic"),
        kernel: Annotated[int, srkit.Range(1, odd=True)] = 5,
        features: Annotated[int, srkit.Range(1)] = 64,
        narrow: Annotated[int, srkit.Range(1)] = 32,
        init: Literal["he", "gaussian"] = "he",
        residual: bool = False,
    ) -> None:
        super().__init__()
        self.scale, self.channels, self.residual = scale, channels, residual
        self.image_upsampler = image_upsampler(channels, channels, scale)
        self.conv1, self.conv2, self.conv3 = (
            nn.Conv2d(before, after, side, padding=side // 2, padding_mode="replicate")
            for before, after, side in ((channels, features, 9), (features, narrow, kernel), (narrow, channels, 5))
        )
        for conv in (self.conv1, self.conv2, self.conv3):
            he_(conv)
            if init == "gaussian":
                nn.init.normal_(conv.weight, std=1e-3)
        self.activation = nn.ReLU(inplace=True)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        image = in_full_precision(self.image_upsampler, low)
        features = self.activation(self.conv2(self.activation(self.conv1(image))))
        high = in_full_precision(self.conv3, features)
        return image + high if self.residual else high

    @property
    def needs(self) -> Needs:
        """The needs of the network; its halo is None if the upsampler does not declare one."""
        enlargement = Enlargement(self.image_upsampler, self.scale)
        radii = (conv.kernel_size[0] // 2 for conv in (self.conv1, self.conv2, self.conv3))
        return needs_in_parallel(needs_in_series(enlargement), needs_in_series(enlargement, *radii))
