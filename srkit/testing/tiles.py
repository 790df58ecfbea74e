"""The contract that a network's tiles, put together, are the image that it makes of the whole."""

from __future__ import annotations

import torch
from torch import nn

from srkit.network.needs import needs_of
from srkit.network.tiles import Axis
from srkit.registry import Part

COUNT = 5
"""Tiles of an image that are compared with the whole: those at both ends, and others between them."""


@torch.no_grad()
def tiles_equal_the_whole(part: Part, network: nn.Module, scale: int, channels: int, *, count: int = COUNT) -> None:
    """Check that a tile with the declared halo gets the same pixels as in the whole image.

    Tiles are cut as by its hosts, by all of its ``needs``. Its weights are drawn at random, since those of a new
    model may ignore most of the input. A network that needs the whole image is not checked.

    Args:
        part: The part, for messages.
        network: (N,C,h,w) to (N,C,s*h,s*w), in ``eval()``, in the number format of its weights.
        scale: s.
        channels: C.
        count: Tiles along an image, at least 2.

    Raises:
        AssertionError: A tile differs.
    """
    try:
        needs = needs_of(network)
    except TypeError as error:
        raise AssertionError(f"{part}: {error}") from error
    if needs.reach is None:
        return
    dtype = next((parameter.dtype for parameter in network.parameters()), torch.float32)
    for parameter in network.parameters():
        fan_in = parameter[0].numel() if parameter.ndim > 1 else 100
        parameter.normal_(std=fan_in**-0.5)
    inside, border = 2 * needs.reach + 3 * needs.multiple + needs.least, needs.reach + needs.multiple
    for length in (inside, max(border, needs.least)):  # with an interior, and all near the border
        image = torch.rand(1, channels, length, length, dtype=dtype)
        whole = network(image)
        rounding = 1e-5 * max(1.0, float(whole.abs().max()))
        axis = Axis(length, length * scale, scale, needs.reach, needs.multiple, needs.least)
        starts = range(0, length, 2 * needs.multiple)
        for first in sorted({starts[place * (len(starts) - 1) // (count - 1)] for place in range(count)}):
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
