"""SwinIR in its light size, assembled from parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import torch
from torch import Tensor, nn

import srkit
from srkit.layers.precision import in_full_precision
from srkit.layers.value_range import DIV2K, ValueRange
from srkit.layers.window_attention import WindowLayer
from srkit.network.needs import Enlargement, Needs, needs_in_series, needs_of
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default


@srkit.model("swinir_light")
class SwinIRLight(nn.Module):
    """Swin transformer for image restoration, light: attention between the pixels of windows, which shift.

    Liang et al., ICCV workshops 2021. An image is mirrored at its right and lower edge until the windows fit.

    Args:
        upsampler: Enlarges the features to the image, in one step.
        groups: Groups of window layers, each with a skip around it.
        layers: Window layers of a group; every second one has shifted windows.
        features: Channels inside; a multiple of ``heads``.
        heads: Heads of the attention.
        window: Side of a window, in pixels; an even number.
        expansion: The linear layers have this many times more channels inside.
        dropped: How often in training the last layer is left out for an image; the first never is, and those
            between them in proportion to their place.
    """

    variants = (
        Variant(
            psnr={2: (38.14, 33.86, 32.31, 32.76), 4: (32.44, 28.77, 27.69, 26.47)},
            source="Liang et al. 2021",
        ),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        groups: Annotated[int, srkit.Range(1, 1000)] = 4,
        layers: Annotated[int, srkit.Range(1, 1000)] = 6,
        features: Annotated[int, srkit.Range(1)] = 60,
        heads: Annotated[int, srkit.Range(1, 1000)] = 6,
        window: Annotated[int, srkit.Range(2)] = 8,
        expansion: Annotated[int, srkit.Range(1)] = 2,
        dropped: Annotated[float, srkit.Range(0, below=1)] = 0.1,
    ) -> None:
        super().__init__()
        if features % heads:
            raise ValueError(f"features must be a multiple of heads ({heads}), got {features}")
        if window % 2:
            raise ValueError(f"window must be even, since windows shift by half of it, got {window}")
        self.scale, self.window, self.layers = scale, window, layers
        self.values = ValueRange(channels, mean=DIV2K)
        self.embed = nn.Conv2d(channels, features, 3, padding=1)
        self.norm_first, self.norm_last = nn.LayerNorm(features), nn.LayerNorm(features)
        rates = torch.linspace(0, dropped, groups * layers).reshape(groups, layers).tolist()
        self.groups = nn.ModuleList(
            Group(
                features,
                (
                    WindowLayer(features, heads, window, place % 2 * window // 2, expansion * features, rate)
                    for place, rate in enumerate(share)
                ),
            )
            for share in rates
        )
        self.last = nn.Conv2d(features, features, 3, padding=1)
        self.upsampler = upsampler(features, channels, scale)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        height, width = low.shape[-2:]
        embedded = self.embed(self.values.inward(mirrored(low, self.window)))
        pixels = self.norm_first(embedded.permute(0, 2, 3, 1))
        for group in self.groups:
            pixels = group(pixels)
        features = self.last(self.norm_last(pixels).permute(0, 3, 1, 2)) + embedded
        high = self.values.outward(in_full_precision(self.upsampler, features))
        return high[..., : height * self.scale, : width * self.scale]

    @property
    def needs(self) -> Needs:
        """The needs of the network: it sees far, but not everything, and tiles must begin where a window begins."""
        above = needs_of(self.upsampler)
        if above.halo is None:
            return needs_in_series(Needs(None, self.window), Enlargement(self.upsampler, self.scale))
        halo = max(self._reach(start, above.halo) for start in range(self.window))
        own = Needs(halo - above.halo, self.window)
        return needs_in_series(own, Enlargement(self.upsampler, self.scale))

    def _reach(self, place: int, halo: int) -> int:
        """Return how far the features before an upsampler with this halo see from ``place`` of a window."""
        first, last = place - halo - 1, place + halo + 1  # the last convolution
        for _ in self.groups:
            first, last = first - 1, last + 1
            for layer in reversed(range(self.layers)):
                shift = layer % 2 * self.window // 2
                first = (first + shift) // self.window * self.window - shift
                last = (last + shift) // self.window * self.window - shift + self.window - 1
        return max(place - first, last - place) + 1  # the first convolution


class Group(nn.Module):
    """Window layers and a convolution, with a skip around them (RSTB)."""

    def __init__(self, features: int, layers: Iterable[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)
        self.conv = nn.Conv2d(features, features, 3, padding=1)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return (N,H,W,F) of (N,H,W,F)."""
        mixed: Tensor = self.conv(self.layers(pixels).permute(0, 3, 1, 2))
        return mixed.permute(0, 2, 3, 1) + pixels


def mirrored(image: Tensor, multiple: int) -> Tensor:
    """Return (N,C,H,W) with both sides a multiple of ``multiple``, mirrored at the last row and the last column.

    An image that is too short for its mirror image goes on with its first row or column.
    """
    rows, columns = (_mirror(length, multiple, image.device) for length in image.shape[-2:])
    return image[..., rows, :][..., columns]


def _mirror(length: int, multiple: int, device: torch.device) -> Tensor:
    """Return the places that are read along an axis."""
    places = torch.arange((length + multiple - 1) // multiple * multiple, device=device)
    return (length - 1 - (places - (length - 1)).abs()).clamp(min=0)
