"""What a network needs of its caller."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class Needs:
    """What a network, or an upsampler in it, needs of whoever calls it.

    A module says it as its attribute or property ``needs``. One that says nothing gets ``Needs()``: it is always
    shown the whole image.

    Args:
        halo: Input pixels around one of them that decide about the ``scale**2`` pixels made of it; None is unknown.
        multiple: A window of an image starts and ends at multiples of it, or at the image's border: for a network
            whose output depends on where a block of so many pixels begins, because it shrinks on the way.
        least: Smallest side, in input pixels, of an image or a window that it takes.
        half: Whether bf16 is accurate enough; if not, it is always computed in fp32.
        whole: Whether it must see the whole image, whatever its halo: it looks at a mean over all pixels, say.

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
        """The halo of a window; None where an image cannot be cut into windows."""
        return None if self.whole else self.halo


def needs_of(module: nn.Module) -> Needs:
    """Return what ``module`` says that it needs, or ``Needs()`` where it says nothing.

    Raises:
        TypeError: Its ``needs`` are something else.
    """
    said = getattr(module, "needs", None)
    if said is None:
        return Needs()
    if not isinstance(said, Needs):
        name = type(module).__name__
        raise TypeError(f"{name}.needs: wants srkit.network.needs.Needs, got {type(said).__name__}")
    return said
