"""From the name of a method to what every command takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from srkit.engine.generators import seeded
from srkit.errors import CheckpointError
from srkit.network.network import Network
from srkit.network.per_image import PerImage
from srkit.plugins import Catalog


def names_method(what: str | Mapping[str, Any], catalog: Catalog) -> bool:
    """Whether ``what`` names a method: a mapping without a file, or a name that no model has."""
    if isinstance(what, Mapping):
        return what.get("use") in catalog["method"] and "file" not in what
    return what in catalog["method"] and what not in catalog["model"]


def load_method(what: str | Mapping[str, Any], catalog: Catalog, scale: int | None, seed: int) -> Network:
    """Return a method in the place of a network.

    Args:
        what: The name of a method, or a mapping of ``use`` and its options.
        catalog: Where it, and the parts in its slots, are found.
        scale: How many times larger.
        seed: What it is built with, and what it draws from for every image.

    Raises:
        CheckpointError: There is no scale, or it is below 2.
        ConfigError: An option is unknown, missing, or of the wrong type.
        BuildError: The method refuses the scale or the value of an option.
    """
    options = {} if isinstance(what, str) else {name: value for name, value in what.items() if name != "use"}
    use = what if isinstance(what, str) else what["use"]
    if scale is None:
        raise CheckpointError(f"{use}: has no scale of its own; give --scale")
    if scale < 2:
        raise CheckpointError(f"--scale {scale}: wants 2 or more")
    with seeded(seed):
        method = catalog.build("method", use, scale, **options)
    return PerImage(method, scale, seed=seed, name=use).as_network()
