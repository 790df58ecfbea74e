"""Residual blocks."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions whose result is added to their input: x + weight * conv(activation(conv(x))).

    Features (N,F,H,W) keep their shape.

    Args:
        features: F.
        activation: Builds the activation between the convolutions; it may overwrite its input.
        norm: Builds the normalisation behind each convolution from F; None has none.
        weight: Factor of the result, by which a wide network stays stable (EDSR's res_scale).
    """

    RADIUS = 2
    """Pixels around a pixel on which it depends."""

    def __init__(
        self,
        features: int,
        *,
        activation: Callable[[], nn.Module] = lambda: nn.ReLU(inplace=True),
        norm: Callable[[int], nn.Module] | None = None,
        weight: float = 1.0,
    ) -> None:
        super().__init__()
        self.conv1, self.conv2 = (nn.Conv2d(features, features, 3, padding=1) for _ in range(2))
        self.norm1, self.norm2 = (nn.Identity() if norm is None else norm(features) for _ in range(2))
        self.activation, self.weight = activation(), weight

    def forward(self, x: Tensor) -> Tensor:
        """Return features (N,F,H,W)."""
        residual: Tensor = self.norm2(self.conv2(self.activation(self.norm1(self.conv1(x)))))
        return x + (residual if self.weight == 1 else residual * self.weight)
