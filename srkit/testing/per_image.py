"""Calling a method or an estimator as its host does."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from srkit.draws import Draws
from srkit.parts.method import LEAST
from srkit.registry import Part
from srkit.testing.making import Make, seed_all

Call = Callable[[Tensor, Draws], Tensor]

SMALL = (16, 13)
"""Height and width of the images, unless the part needs larger ones."""


def image_for(part: Part, built: object, channels: int) -> Tensor:
    """Return the smallest image (1,C,h,w) of random pixels that the part accepts.

    Raises:
        AssertionError: Its ``least`` is no number of pixels.
    """
    least = LEAST.of(built)
    number = isinstance(least, int) and least >= 1
    assert number, f"{part}: wants least to be a number of pixels, 1 or more, has {least!r}"
    return torch.rand(1, channels, *(max(side, least) for side in SMALL))


def repeatable(part: Part, make: Make, scale: int, low: Tensor) -> Tensor:
    """Return the result of the part for ``low``, after a check that it can be repeated.

    The draws and torch's generator are the same each time; NumPy's and Python's generators are not.

    Raises:
        AssertionError: The result differs, or the part changes the image.
    """
    built, given = make(scale), low.clone()
    first = _called(part, built, low, 1)
    assert torch.equal(low, given), f"{part}: changes the image that it is given"
    _called(part, built, low.flip(-1), 2)  # learning from one image must not affect another
    for number, again in ((3, built), (4, make(scale))):
        assert torch.equal(_called(part, again, low, number), first), (
            f"{part}: gives another result for the same image; draw what is random from the draws or from torch's "
            "generator, and keep nothing of an image for the next one"
        )
    return first


def _called(part: Part, built: Call, low: Tensor, number: int) -> Tensor:
    seed_all(number)
    torch.manual_seed(0)
    try:
        found = built(low, Draws.of([(part.kind.name, 0)]))
    except Exception as error:  # a plugin may raise any error; the message must name the image
        raise AssertionError(f"{part}: fails on an image of {tuple(low.shape)}: {error!r}") from error
    assert isinstance(found, Tensor), f"{part}: wants to give a tensor, gave {type(found).__name__}"
    assert found.isfinite().all(), f"{part}: gives values that are not numbers"
    assert not found.requires_grad, f"{part}: must give a result without a gradient; detach it"
    return found
