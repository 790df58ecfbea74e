"""The contract of every kind of part. A contract raises AssertionError with the rule that a part breaks."""

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

    Every part must describe itself in the first line of its docstring. ``docs/add-a-part.md`` has the contracts
    in words. A dataset is opened with its own options; trackers and launchers work in temporary folders.

    Args:
        part: A part on a shelf: ``load_catalog()["upsampler"]["sharpen"]``.
        catalog: The catalog of the part and of the parts for its slots; None is everything installed.
        options: Its options, as in YAML; those without a default must be given.

    Raises:
        AssertionError: The part breaks the contract, or could not be built; the message tells how.
    """
    assert part.summary, f"{part} has no docstring; its first line stands in every listing"
    make = Make(part, load_catalog() if catalog is None else catalog, options)
    with undisturbed():
        try:
            contract_of(part.kind)(part, make)
        except BuildError as error:
            raise AssertionError(f"{error}\npass options that it takes: check_part(part, option=...)") from error


def contract_of(kind: Kind) -> Callable[[Part, Make], None]:
    """Return the function that checks the contract of ``kind``.

    Raises:
        PartError: The function cannot be imported.
    """
    module, _, name = kind.contract.partition(":")
    try:
        contract: Callable[[Part, Make], None] = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise PartError(
            f"kind {kind.name!r}: wants a contract as 'module:function', got {kind.contract!r}: {error}"
        ) from None
    return contract
