"""The demands that a network makes on its caller."""

from __future__ import annotations

from dataclasses import dataclass

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
