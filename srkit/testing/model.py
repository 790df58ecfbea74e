"""The contract of models."""

from __future__ import annotations

import torch
from torch import nn

from srkit.parts.model import Pyramid
from srkit.registry import Part
from srkit.testing.learning import keeps_its_precision, learns
from srkit.testing.making import CHANNELS, SCALES, Make, tensor
from srkit.testing.network import is_network, repeats, same_alone
from srkit.testing.tiles import tiles_equal_the_whole

SIZES = ((5, 7), (8, 8))


def model(part: Part, make: Make) -> None:
    """Check sizes for Y and RGB, that a pyramid ends in the result of ``forward``, and that all weights learn.

    A model may refuse scales and channels when it is built, but not all.
    """
    for scale, channels in make.allowed(SCALES, CHANNELS):
        network = make(scale, channels)
        is_network(part, network)
        network.eval()
        for height, width in SIZES:
            _enlarges(part, network, torch.Size((2, channels, height, width)), scale)
        same_alone(part, network, torch.rand(2, channels, 6, 5))
        learns(part, make(scale, channels), torch.rand(2, channels, 5, 7))
        keeps_its_precision(part, make(scale, channels).eval(), torch.rand(1, channels, 5, 7))
        _repeats(part, make, scale, channels)
        tiles_equal_the_whole(part, make(scale, channels).eval(), scale, channels)


@torch.no_grad()
def _enlarges(part: Part, network: nn.Module, size: torch.Size, scale: int) -> None:
    batch, channels, height, width = size
    x = torch.rand(size)
    y = network(x)
    tensor(part, y, (batch, channels, height * scale, width * scale), f"x{scale} of {tuple(size)}")
    assert y.isfinite().all(), f"{part}: gives values that are not numbers at x{scale}"
    if isinstance(network, Pyramid):
        levels = list(network.pyramid(x))
        torch.testing.assert_close(levels[-1], y, msg=f"{part}: the last level must be what forward gives")
        widths = [level.shape[-1] for level in levels]
        assert widths == sorted(widths), f"{part}: levels must go from coarse to fine, got widths {widths}"


@torch.no_grad()
def _repeats(part: Part, make: Make, scale: int, channels: int) -> None:
    """Check that the seed determines a new model, and its weights a trained one."""
    x = torch.rand(2, channels, 8, 8)
    first = repeats(part, make, x, scale, channels)
    for parameter in first.parameters():
        parameter.add_(0.01 * torch.randn_like(parameter))
    third = make.elsewhere(scale, channels).eval()
    third.load_state_dict(first.state_dict())
    assert torch.equal(third(x), first(x)), f"{part}: its state_dict does not say all about it"
