"""Slots, through which a part is given another part: their type, and their default.

A *slot* is an option that a part fills. Its annotation, such as ``srkit.parts.Upsampler``, says which kind of part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, Self, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Slot(Protocol[T_co]):
    """A chosen part with its options; calling it builds the part."""

    @property
    def name(self) -> str:
        """The name of the part."""
        ...

    @property
    def options(self) -> Mapping[str, Any]:
        """Every option with its value, defaults included."""
        ...

    def with_options(self, **options: Any) -> Self:
        """Return the same part with other values of some options."""
        ...

    def __call__(self, *wired: Any) -> T_co:
        """Build the part with what its kind wires in.

        Raises:
            BuildError: The part refuses what is wired in, or the value of an option.
        """
        ...


class Unfilled:
    """The default of a slot: the name of a part and its options, until a catalog fills it in."""

    def __init__(self, use: str, options: Mapping[str, Any]) -> None:
        self.use, self.options = use, options

    def tree(self) -> dict[str, Any]:
        """Return the default as YAML would write it."""
        return {"use": self.use, **self.options}

    def __repr__(self) -> str:
        return f"default({self.use!r})"

    def __call__(self, *_wired: Any) -> Any:
        """Raise an error, since a name alone cannot be built."""
        raise TypeError(
            f"the default part {self.use!r} is filled in by a catalog; build the host with "
            "srkit.plugins.Catalog.build, or pass a callable for this slot"
        )


def default(use: str, **options: Any) -> Any:
    """Name the part that fills a slot which YAML leaves out.

    It is written as a parameter's default: ``upsampler: Upsampler = default("subpixel")``.
    """
    return Unfilled(use, options)
