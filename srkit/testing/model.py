"""The contract of models."""

from __future__ import annotations

import torch
from torch import nn

from srkit.network.needs import needs_of
from srkit.network.tiles import Axis
from srkit.parts.model import Pyramid
from srkit.registry import Part
from srkit.testing.learning import keeps_its_precision, learns
from srkit.testing.making import CHANNELS, SCALES, Make, tensor
from srkit.testing.network import is_network, repeats, same_alone

SIZES = ((5, 7), (8, 8))
TILES = 5
"""Tiles of an image that are compared with the whole."""


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
        _halo_is_enough(part, make(scale, channels).eval(), scale, channels)


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


@torch.no_grad()
def _halo_is_enough(part: Part, network: nn.Module, scale: int, channels: int) -> None:
    """Check that a tile with the declared halo gets the same pixels as in the whole image.

    Tiles are cut as by its hosts, by all of its ``needs``. Weights are drawn at random, since those of a new
    model may ignore most of the input.
    """
    try:
        needs = needs_of(network)
    except TypeError as error:
        raise AssertionError(f"{part}: {error}") from error
    if needs.reach is None:
        return
    for parameter in network.parameters():
        fan_in = parameter[0].numel() if parameter.ndim > 1 else 100
        parameter.normal_(std=fan_in**-0.5)
    inside, border = 2 * needs.reach + 3 * needs.multiple + needs.least, needs.reach + needs.multiple
    for length in (inside, max(border, needs.least)):  # with an interior, and all near the border
        image = torch.rand(1, channels, length, length)
        whole = network(image)
        rounding = 1e-5 * max(1.0, float(whole.abs().max()))
        axis = Axis(length, length * scale, scale, needs.reach, needs.multiple, needs.least)
        starts = range(0, length, 2 * needs.multiple)
        # at both ends and between them; tiles that are between two others in all respects would only take time
        for first in sorted({starts[place * (len(starts) - 1) // (TILES - 1)] for place in range(TILES)}):
            span = axis.span(first * scale, min(length, first + 2 * needs.multiple) * scale)
            tile = network(image[..., span.window, span.window])
            torch.testing.assert_close(
                tile[..., span.cut, span.cut],
                whole[..., span.out, span.out],
                atol=rounding,
                rtol=1e-5,
                msg=lambda why: (
                    f"{part}: its halo of {needs.halo} at x{scale} is not enough: a tile differs; {why}"
                ),
            )
