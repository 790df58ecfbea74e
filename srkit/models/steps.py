"""Enlargement of features in one step or in several."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from srkit.layers.factors import factors_of
from srkit.network.needs import Enlargement, Needs, needs_in_series
from srkit.parts import Upsampler


class UpsamplerSteps(nn.Module):
    """Upsamplers of features in a row, as in EDSR: x2 and x3 are one, x4 is two of x2, x8 three.

    Features (N,F,H,W) become (N,F,sH,sW).

    Args:
        upsampler: Builds the upsampler of every step.
        features: F.
        scale: s.
        activation: Builds the activation behind every upsampler; None has none. It may not overwrite its input,
            since the gradient of an upsampler may need it.
    """

    def __init__(
        self,
        upsampler: Upsampler,
        features: int,
        scale: int,
        activation: Callable[[], nn.Module] | None = None,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for factor in factors_of(scale):
            layers.append(upsampler(features, features, factor))
            if activation is not None:
                layers.append(activation())
        self.steps = nn.Sequential(*layers)
        self.scale, self.layers_per_step = scale, 1 if activation is None else 2

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,F,H,W) to (N,F,sH,sW)."""
        large: Tensor = self.steps(features)
        return large

    @property
    def needs(self) -> Needs:
        """The needs of all steps together."""
        upsamplers = list(self.steps)[:: self.layers_per_step]
        return needs_in_series(*map(Enlargement, upsamplers, factors_of(self.scale)))
