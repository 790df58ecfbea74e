"""The discriminator of KernelGAN."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

import srkit

WINDOW = 7
"""Side of the windows that are judged, in pixels."""

GAIN = 0.1
"""Gain of the initial weights. A spectral norm takes it out, but Adam's steps are large beside such weights."""


@srkit.discriminator("windows")
class Windows(nn.Module):
    """One score for every window of 7 x 7 pixels: a convolution, then a network for each pixel of its features.

    Every layer has the spectral norm 1, and those between the first and the last have batch normalisation and ReLU
    (Bell-Kligler et al. 2019). The middle layers are kept in one tensor, so that their spectral norms are computed
    together: with features as small as these the number of operations decides how long a step takes.

    Args:
        features: Channels of all layers.
        blocks: Layers between the first and the last.
    """

    vectors: Tensor

    @srkit.limited
    def __init__(
        self,
        channels: int,
        patch: int,
        *,
        features: Annotated[int, srkit.Range(1)] = 64,
        blocks: Annotated[int, srkit.Range(1, 32)] = 5,
    ) -> None:
        if patch < WINDOW:
            raise ValueError(f"wants a patch of {WINDOW} pixels or more, which hold one window, got {patch}")
        super().__init__()
        first = nn.Conv2d(channels, features, WINDOW)
        nn.init.xavier_normal_(first.weight, GAIN)
        nn.init.zeros_(first.bias)  # type: ignore[arg-type]
        self.first = spectral_norm(first)
        self.middle = nn.Parameter(GAIN * features**-0.5 * torch.randn(blocks, features, features))
        self.shifts = nn.Parameter(torch.zeros(blocks, features))
        self.gains = nn.Parameter(1 + 0.02 * torch.randn(blocks, features))
        self.last = nn.Parameter(GAIN * (2 / (features + 1)) ** 0.5 * torch.randn(1, features))
        self.bias = nn.Parameter(torch.zeros(1))
        self.register_buffer("vectors", F.normalize(torch.randn(blocks, features, 1), dim=1))
        with torch.no_grad():
            for _ in range(15):  # as torch's spectral_norm does, so that the first norms are right
                self._norms()

    def forward(self, crops: Tensor) -> Tensor:
        """Return scores (N,1,h,w) of (N,C,patch,patch) in [0,1], with h and w ``patch - 6``."""
        features = self.first(2 * crops - 1)
        shape, values = features.shape, features.flatten(2)
        weights = self.middle / self._norms()
        for weight, gain, shift in zip(weights.unbind(), self.gains.unbind(), self.shifts.unbind(), strict=True):
            values = F.relu(F.batch_norm(weight @ values, None, None, gain, shift, training=True))
        scores = F.normalize(self.last, dim=1) @ values + self.bias
        return scores.view(len(crops), 1, *shape[2:])

    def _norms(self) -> Tensor:
        """Return the spectral norms (B,1,1) of the middle layers, with one power iteration in ``train()``."""
        with torch.no_grad():
            right = F.normalize(self.middle.mT @ self.vectors, dim=1)
            if self.training:
                self.vectors = F.normalize(self.middle @ right, dim=1)
        return self.vectors.mT @ self.middle @ right
