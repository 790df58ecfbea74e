"""What KernelGAN wants of a kernel besides deceiving the discriminator, and when."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from srkit_kernelgan.generator import SIDE, Linear, shrunk

CENTRE = SIDE // 2 + 0.5
"""Where the centre of mass is to lie: in the middle of the block of 2 x 2 pixels that becomes one pixel."""

NEAR = 0.4
"""The largest distance from the first kernel that is near: the mean square of pixels in [-1,1]."""

PATIENCE = 3
"""Steps in a row that must be near before the first kernel may be left."""

EVERY, DIVISOR, LEAST = 200, 100, 5e-6
"""After so many steps, again and again, its weight is divided by so much, down to the last number."""

JOINED = 5e-3
"""The weight of the first kernel below which the terms of ``LATE`` join."""

LATE = {"centre": 1.0, "small": 5.0}

ROOT = 0.2
"""The power of the values that is averaged in ``small``, so that small ones cost the most."""

TINY = 1e-12
"""Added to the values before that, since the slope of the power at 0 is infinite."""


class Constraints(nn.Module):
    """The sum of KernelGAN's terms for the kernel, a loss with the weights of its released code.

    ``first`` is the distance from the first kernel, that of bicubic, with which training starts and which it must
    leave. ``sum`` wants the sum 1, ``boundary`` nothing at the edges, ``centre`` the centre of mass in ``CENTRE``,
    and ``small`` few small values.

    Args:
        generator: Has the kernel.
        first: The first kernel (13,13).
    """

    first: Tensor
    edges: Tensor
    places: Tensor

    def __init__(self, generator: Linear, first: Tensor) -> None:
        super().__init__()
        self.generator = generator
        self.weights = {"first": 5.0, "sum": 0.5, "boundary": 0.5}
        self.near = 0
        self.distance = torch.tensor(torch.inf)
        self.register_buffer("first", first)
        self.register_buffer("edges", edges())
        self.register_buffer("places", torch.arange(float(SIDE)))

    def with_low(self, low: Tensor) -> Constraints:
        """Return the loss of a batch of crops (N,C,h,w) in [0,1]."""
        self.wanted = shrunk(low, self.first)
        return self

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the sum of ``terms``."""
        return torch.stack(list(self.terms(prediction, target).values())).sum()

    def terms(self, prediction: Tensor, _target: Tensor) -> dict[str, Tensor]:
        """Return the weighted terms by name, of the shrunk crops (N,C,h,w) in [0,1] and of the kernel."""
        kernel = self.generator.current
        total = kernel.sum()
        mass = torch.stack([kernel.sum(1) @ self.places, kernel.sum(0) @ self.places]) / total
        terms = {
            "first": 4 * (prediction - self.wanted).square().mean(),  # 4, since KernelGAN's pixels are in [-1,1]
            "sum": (total - 1).abs(),
            "boundary": (kernel * self.edges).abs().mean(),
            "centre": (mass - CENTRE).square().mean(),
            "small": ((kernel.abs() + TINY) ** ROOT).mean(),
        }
        self.distance = terms["first"].detach()
        return {name: weight * terms[name] for name, weight in self.weights.items()}

    def after(self, step: int) -> None:
        """Set the weights for what follows ``step``, counted from 1."""
        if self.near < PATIENCE:
            self.near = self.near + 1 if float(self.distance) < NEAR else 0
        elif step % EVERY == 0:
            self.weights["first"] = max(self.weights["first"] / DIVISOR, LEAST)
            if self.weights["first"] < JOINED:
                self.weights |= LATE


def edges() -> Tensor:
    """Return the cost (13,13) of a value by its place: 0 within the inner 9 x 9, and growing outwards beyond."""
    line = torch.exp(-((torch.arange(SIDE) - SIDE // 2) ** 2) / (2 * SIDE**2))
    cost = 30 * (1 - torch.outer(line, line))
    cost[2:-2, 2:-2] = 0
    return cost
