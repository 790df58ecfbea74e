"""What every part of a kind must keep, whoever wrote it. A contract raises AssertionError, saying what broke."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from srkit.errors import BuildError, PartError
from srkit.plugins import Catalog, load_catalog
from srkit.registry import Kind, Part
from srkit.testing.making import Make, undisturbed


def check_part(part: Part, catalog: Catalog | None = None, /, **options: Any) -> None:
    """Check that ``part``, built with ``options``, keeps the contract of its kind.

    Every part must say what it is in the first line of its docstring. ``docs/add-a-part.md`` has the contracts
    in words. A dataset is opened where its options say; trackers and launchers work in temporary folders.

    Args:
        part: A part on a shelf: ``load_catalog()["upsampler"]["sharpen"]``.
        catalog: Where it stands, with what fills its slots; None is everything installed.
        options: Its options, as YAML would give them; those without a default must be there.

    Raises:
        AssertionError: What the part does not keep, or why it could not be built.
    """
    assert part.summary, f"{part} has no docstring; its first line stands in every listing"
    make = Make(part, load_catalog() if catalog is None else catalog, options)
    with undisturbed():
        try:
            contract_of(part.kind)(part, make)
        except BuildError as error:
            raise AssertionError(f"{error}\npass options that it takes: check_part(part, option=...)") from error


def contract_of(kind: Kind) -> Callable[[Part, Make], None]:
    """Return the function that checks what every part of ``kind`` must keep.

    Raises:
        PartError: It cannot be imported.
    """
    module, _, name = kind.contract.partition(":")
    try:
        contract: Callable[[Part, Make], None] = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise PartError(
            f"kind {kind.name!r}: wants a contract as 'module:function', got {kind.contract!r}: {error}"
        ) from None
    return contract
