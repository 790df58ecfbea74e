"""Content-aware reassembly of features."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.init import he_
from srkit.network.needs import Needs


@srkit.upsampler("carafe")
class CARAFE(nn.Module):
    """Content-aware reassembly: output pixels are means of input pixels with predicted weights (Wang et al. 2019).

    A 1x1 convolution compresses the features, a second convolution predicts ``kernel**2`` weights
    for every output pixel, and a softmax makes their sum one. All channels are weighted
    alike. Beyond the edge the features count as zero. Where a network wants another number of
    channels, a 3x3 convolution makes them first; the weights are still predicted from all
    features.

    Since weights sum to one, a flat field stays flat at any time of training, except for a
    border of half a kernel. At the start all weights are nearly equal, so the layer begins as
    a blur of ``kernel`` x ``kernel`` repeated pixels.

    Args:
        kernel: Side of the area of input pixels that are weighted; odd.
        encoder: Side of the kernel that predicts the weights; odd.
        compressed: Channels from which weights are predicted.
    """

    @srkit.limited
    def __init__(
        self,
        channels: int,
        out_channels: int,
        scale: int,
        *,
        kernel: Annotated[int, srkit.Range(1, odd=True)] = 5,
        encoder: Annotated[int, srkit.Range(1, odd=True)] = 3,
        compressed: Annotated[int, srkit.Range(1)] = 64,
    ) -> None:
        super().__init__()
        self.scale, self.kernel = scale, kernel
        self.compress = nn.Conv2d(channels, compressed, 1)
        self.encode = nn.Conv2d(compressed, (kernel * scale) ** 2, encoder, padding=encoder // 2)
        nn.init.xavier_uniform_(self.compress.weight)
        nn.init.normal_(self.encode.weight, std=0.001)
        for conv in (self.compress, self.encode):
            assert conv.bias is not None
            nn.init.zeros_(conv.bias)
        self.project = None if out_channels == channels else nn.Conv2d(channels, out_channels, 3, padding=1)
        if self.project is not None:
            he_(self.project)

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,O,sH,sW)."""
        projected = features if self.project is None else self.project(features)
        # not in bf16, whose rounded weights do not sum to one
        exact = torch.promote_types(projected.dtype, torch.float32)
        logits = self.encode(self.compress(features)).to(exact).unflatten(1, (self.kernel**2, self.scale**2))
        reassemble = _reassemble_at_once if torch.onnx.is_in_onnx_export() else _reassemble
        phases = reassemble(projected.to(exact), logits.softmax(1), self.kernel)
        return F.pixel_shuffle(phases.flatten(1, 2), self.scale).to(projected.dtype)

    @property
    def needs(self) -> Needs:
        """The needs of the layer: a halo of the input pixels on which an output pixel depends."""
        weighted = self.kernel // 2 + (self.project is not None)
        return Needs(halo=max(weighted, self.encode.kernel_size[0] // 2))


def _reassemble(features: Tensor, weights: Tensor, kernel: int) -> Tensor:
    """Return the means (N,C,P,H,W) of windows of ``features`` (N,C,H,W) by ``weights`` (N,kernel**2,P,H,W).

    Tap by tap, since all windows at once would be ``kernel**2`` times the features.
    """
    height, width = features.shape[-2:]
    padded = F.pad(features, (kernel // 2,) * 4)
    means = torch.zeros_like(weights[:, :1])
    for tap, weight in enumerate(weights.unsqueeze(2).unbind(1)):
        row, column = divmod(tap, kernel)
        means = means + weight * padded[..., row : row + height, column : column + width].unsqueeze(2)
    return means


def _reassemble_at_once(features: Tensor, weights: Tensor, kernel: int) -> Tensor:
    """Do the same in three operations instead of a hundred, for exporters."""
    count, channels, height, width = features.shape
    taps = torch.eye(kernel**2, device=features.device).view(kernel**2, 1, kernel, kernel).repeat(channels, 1, 1, 1)
    windows = F.conv2d(features, taps, padding=kernel // 2, groups=channels)
    return (windows.view(count, channels, kernel**2, 1, height, width) * weights.unsqueeze(1)).sum(2)
