"""The demands that a network makes on its caller."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from torch import nn


@dataclass(frozen=True)
class Needs:
    """The demands of a network, or of an upsampler in it, on its caller.

    A module declares it as its attribute or property ``needs``. A module without it gets ``Needs()``: it always
    sees the whole image.

    Args:
        halo: Input pixels, around an input pixel, on which its ``scale**2`` output pixels depend; None is unknown.
        multiple: A window of an image starts and ends at multiples of it, or at the image's border: for a network
            whose output depends on where a block of so many pixels begins, because it shrinks on the way.
        least: Smallest side, in input pixels, of an image or a window that it takes.
        half: Whether bf16 is accurate enough; if not, the network is always computed in fp32.
        whole: Whether it must see the whole image, whatever its halo, for example for a mean over all pixels.

    Raises:
        ValueError: A number of pixels is out of range.
    """

    halo: int | None = None
    multiple: int = 1
    least: int = 1
    half: bool = True
    whole: bool = False

    def __post_init__(self) -> None:
        if self.halo is not None and self.halo < 0:
            raise ValueError(f"halo must not be negative, got {self.halo}")
        if self.multiple < 1 or self.least < 1:
            raise ValueError(f"multiple and least must be positive, got {self.multiple} and {self.least}")

    @property
    def reach(self) -> int | None:
        """The halo of a window; None if an image cannot be cut into windows."""
        return None if self.whole else self.halo


def needs_of(module: nn.Module) -> Needs:
    """Return the ``needs`` of ``module``, or ``Needs()`` if it has none.

    Raises:
        TypeError: Its ``needs`` are of another type.
    """
    declared = getattr(module, "needs", None)
    if declared is None:
        return Needs()
    if not isinstance(declared, Needs):
        name = type(module).__name__
        raise TypeError(f"{name}.needs: wants srkit.network.needs.Needs, got {type(declared).__name__}")
    return declared


class Enlargement(NamedTuple):
    """A step of a network that makes its input larger.

    Args:
        upsampler: The module that does it.
        scale: How many times larger its output is.
    """

    upsampler: nn.Module
    scale: int


Step = int | Needs | Enlargement
"""A step of a network: the radius of convolutions that keep the size, the needs of any module that keeps the
size, or an enlargement. Pixels are those of the grid that the step reads: HR pixels behind an upsampler."""


def needs_in_series(*steps: Step) -> Needs:
    """Return the needs of a network that takes one step after the other, in pixels of its input.

    A halo of h pixels behind an upsampler of scale s is one of h/s, rounded up, before it, plus the upsampler's
    own. A halo that one step does not declare is unknown for the network.

    Args:
        steps: The steps from input to output. For EDSR x4: ``1 + 2 * blocks + 1, Enlargement(first, 2),
            Enlargement(second, 2), 1``.
    """
    placed = [_needs_and_scale(step) for step in steps]
    halo: int | None = 0
    for needs, scale in reversed(placed):
        halo = None if halo is None or needs.halo is None else -(-halo // scale) + needs.halo
    multiple, least, grid = 1, 1, 1
    for needs, scale in placed:
        # ``grid`` pixels of this step's input lie on one pixel of the network's input
        multiple = math.lcm(multiple, needs.multiple // math.gcd(needs.multiple, grid))
        least = max(least, -(-needs.least // grid))
        grid *= scale
    half, whole = all(needs.half for needs, _ in placed), any(needs.whole for needs, _ in placed)
    return Needs(halo, multiple, least, half, whole)


def needs_in_parallel(*branches: Needs) -> Needs:
    """Return the needs of a network whose output depends on all of these branches, which read the same input."""
    halos = [branch.halo for branch in branches]
    return Needs(
        None if None in halos else max(halo for halo in halos if halo is not None),
        math.lcm(*(branch.multiple for branch in branches)),
        max(branch.least for branch in branches),
        all(branch.half for branch in branches),
        any(branch.whole for branch in branches),
    )


def _needs_and_scale(step: Step) -> tuple[Needs, int]:
    if isinstance(step, Enlargement):
        return needs_of(step.upsampler), step.scale
    return (step if isinstance(step, Needs) else Needs(step)), 1
