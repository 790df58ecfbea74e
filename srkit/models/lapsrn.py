"""LapSRN, assembled from parts."""

from __future__ import annotations

from typing import Annotated, Literal

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


@srkit.model("lapsrn")
class LapSRN(nn.Module):
    """Laplacian pyramid network: every level doubles the size and adds a learnt residual to the image.

    Lai et al., CVPR 2017. An untrained network gives exactly what its image branch
    alone gives, since the residual starts at zero. The released x4 network is
    ``depth: 10, upsampler: {use: transposed_conv, kernel: 3}, image_upsampler:
    {use: transposed_conv, kernel: 4, init: bilinear, bias: false}``.

    Args:
        upsampler: Enlarges the features, by 2 at every level.
        image_upsampler: Enlarges the image, by 2 at every level.
        depth: Convolutions of a level, before its upsampler.
        first_depth: Convolutions of the first level; null is ``depth``.
        features: Channels inside.
        negative_slope: Slope of LeakyReLU below zero.
        activation: LeakyReLU after each convolution (post), or before it (pre).
        residual: local adds the input of a level's convolutions to their output.
        residual_init: zero starts at the output of the image branch; he starts from noise.
    """

    variants = (
        Variant(color=Color.Y),
        Variant(
            "released",
            RELEASED,
            Color.Y,
            (2, 4),
            {2: (37.52, 33.08, 31.80, 30.41), 4: (31.54, 28.19, 27.32, 25.21)},
            "Lai et al. 2017",
        ),
        Variant(
            "released", {**RELEASED, "depth": 5}, Color.Y, (8,), {8: (26.14, 24.44, 24.54, None)}, "Lai et al. 2017"
        ),
        Variant("lapsrn-x4", {"depth": 8, "first_depth": 10}, Color.Y, (4,)),  # of the weights that come with srkit
        Variant("lapsrn-x8", {"depth": 4, "first_depth": 6}, Color.Y, (8,)),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        image_upsampler: Upsampler = default("bicubic"),
        depth: Annotated[int, srkit.Range(1, 1000)] = 10,
        first_depth: Annotated[int, srkit.Range(1, 1000)] | None = None,
        features: Annotated[int, srkit.Range(1)] = 64,
        negative_slope: Annotated[float, srkit.Range(0)] = 0.2,
        activation: Literal["post", "pre"] = "post",
        residual: Literal["none", "local"] = "none",
        residual_init: Literal["zero", "he"] = "zero",
    ) -> None:
        super().__init__()
        depths = [depth] * levels_of(scale)
        depths[0] = first_depth or depth
        self.scale, self.channels = scale, channels
        self.embed = nn.Conv2d(channels, features, 3, padding=1)
        he_(self.embed)
        self.embed_activation = nn.LeakyReLU(negative_slope) if activation == "post" else nn.Identity()
        self.levels = nn.ModuleList(
            Level(
                features,
                channels,
                count,
                upsampler(features, features, 2),
                negative_slope,
                activation,
                residual == "local",
            )
            for count in depths
        )
        self.images = nn.ModuleList(image_upsampler(channels, channels, 2) for _ in depths)
        for level in self.levels:
            if residual_init == "zero":
                nn.init.zeros_(level.residual.weight)  # type: ignore[union-attr, arg-type]

    def pyramid(self, low: Tensor) -> list[Tensor]:
        """Predict every level of (N,C,H,W), coarse to fine: (N,C,2H,2W), (N,C,4H,4W), ..."""
        features: Tensor = self.embed_activation(self.embed(low))
        image, predictions = low, []
        for level, upsampler in zip(self.levels, self.images, strict=True):
            features = level(features)
            image = in_full_precision(upsampler, image) + level.residual(features)  # type: ignore[operator]
            predictions.append(image)
        return predictions

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        return self.pyramid(low)[-1]

    @property
    def needs(self) -> Needs:
        """The needs of the network; its halo is None if an upsampler does not declare one."""
        pairs = zip(self.levels, self.images, strict=True)
        return needs_of_pyramid([(len(level.convs), level.upsampler, image) for level, image in pairs])  # type: ignore[arg-type, misc]


class Level(nn.Module):
    """One level of the feature branch, with the convolution that produces its residual image."""

    def __init__(
        self,
        features: int,
        channels: int,
        depth: int,
        upsampler: nn.Module,
        slope: float,
        activation: Literal["post", "pre"],
        skip: bool,
    ) -> None:
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(features, features, 3, padding=1) for _ in range(depth))
        self.upsampler = upsampler
        self.residual = nn.Conv2d(features, channels, 3, padding=1)
        for conv in (*self.convs, self.residual):
            he_(conv)
        self.pre, self.skip = activation == "pre", skip
        # the output of a convolution is used once, so it may be overwritten; the input of the level may not
        self.activation = nn.LeakyReLU(slope, inplace=not self.pre)

    def forward(self, features: Tensor) -> Tensor:
        """Return features (N,F,2H,2W) of (N,F,H,W)."""
        x = features
        for conv in self.convs:
            x = conv(self.activation(x)) if self.pre else self.activation(conv(x))
        if self.skip:
            x = x + features
        large = self.upsampler(self.activation(x) if self.pre else x)
        # the gradient of any upsampler may need its unchanged output
        return F.leaky_relu(large, self.activation.negative_slope, inplace=not large.requires_grad)
