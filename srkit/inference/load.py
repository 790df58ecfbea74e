"""From a name or a file to a network that is ready to use."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

import srkit
from srkit.config.check import check_choice
from srkit.engine.checkpoint import load_into, load_weights
from srkit.errors import BuildError, CheckpointError, ConfigError, did_you_mean
from srkit.inference import zoo
from srkit.plugins import Catalog

DEFAULT_SCALE = 2
"""Where nobody says: at x2 most of what is shown was really there, and a camera's photograph fits into memory."""


@dataclass(frozen=True)
class Loaded:
    """A network with what must be known to use it."""

    name: str
    model: nn.Module
    scale: int
    color: str
    metadata: Mapping[str, Any]


def load(what: str, catalog: Catalog, scale: int | None = None) -> Loaded:
    """Load a checkpoint, the best weights of a run folder, shipped weights, or a model without parameters.

    Args:
        what: A .safetensors file that srkit wrote, a run folder, or a name such as ``lapsrn-x4`` or ``bicubic``.
        catalog: Where the model's parts are found.
        scale: Wanted of a model by name; a checkpoint has its own, which must be the same.

    Raises:
        CheckpointError: There is no such file or name, the scale is another one, or the model learns
            and has no weights.
    """
    path = Path(what)
    if path.is_dir():
        path = path / "best.safetensors"
    if path.exists() or path.suffix == ".safetensors":
        return _from_file(path, catalog, scale)
    if (shipped := zoo.path_of(what)) is not None:
        return _from_file(shipped, catalog, scale)
    return _by_name(what, catalog, scale)


def load_for(what: str | None, scale: float | None, catalog: Catalog) -> tuple[Loaded, float]:
    """Load what enlarges by ``scale``, and return it with the scale.

    Args:
        what: As in ``load``; None is what srkit comes with for the scale.
        scale: More than 1, and whole or not; None is the model's own, or ``DEFAULT_SCALE``.
        catalog: Where the model's parts are found.

    Raises:
        CheckpointError: As in ``load``, or the model does not enlarge as far.
    """
    if scale is not None and not 1 < scale < math.inf:
        raise CheckpointError(f"scale {scale:g}: wants more than 1")
    if what is None:
        scale = DEFAULT_SCALE if scale is None else scale
        loaded = _from_file(zoo.for_scale(scale).path, catalog, None)
    else:
        by_name = what in catalog["model"] and not Path(what).exists() and scale is not None
        loaded = load(what, catalog, math.ceil(scale) if by_name and scale is not None else None)
    if scale is not None and scale > loaded.scale:
        raise CheckpointError(f"scale {scale:g}: {loaded.name} enlarges {loaded.scale} times at most")
    return loaded, scale or loaded.scale


def build_model(use: str, options: Mapping[str, Any], scale: int, color: str, catalog: Catalog) -> nn.Module:
    """Build a model from plain values, as a checkpoint's metadata has them."""
    choice = check_choice(use, options, catalog["model"].kind, catalog)
    model: nn.Module = choice(scale, 1 if color == "y" else 3)
    return model


def _from_file(path: Path, catalog: Catalog, scale: int | None) -> Loaded:
    tensors, metadata = load_weights(path)
    missing = [name for name in ("model", "scale", "color") if name not in metadata]
    if missing:
        raise CheckpointError(f"{path}: wants weights that srkit wrote; its metadata has no {missing[0]!r}")
    if scale is not None and scale != metadata["scale"]:
        raise CheckpointError(f"{path}: wants a model of x{scale}, found one of x{metadata['scale']}")
    options = dict(metadata["model"])
    try:
        model = build_model(options.pop("use"), options, metadata["scale"], metadata["color"], catalog)
    except (ConfigError, BuildError) as error:
        raise CheckpointError(f"{path}: {error}{_made_with(metadata, catalog)}") from None
    load_into(model, tensors, str(path))
    return Loaded(
        str(metadata.get("name", path.stem)), model.eval(), metadata["scale"], metadata["color"], metadata
    )


def _made_with(metadata: Mapping[str, Any], catalog: Catalog) -> str:
    """Return which packages made a checkpoint that are another version now, or gone: they may be why."""
    here = {"srkit": srkit.__version__, **{plugin.name: plugin.version for plugin in catalog.plugins}}
    found = [
        f"{name} {version} ({f'{here[name]} is installed' if name in here else 'not installed'})"
        for name, version in metadata.get("versions", {}).items()
        if name != "torch" and here.get(name) != version
    ]
    return f"; it was made with {', '.join(found)}" if found else ""


def _by_name(what: str, catalog: Catalog, scale: int | None) -> Loaded:
    shelf = catalog["model"]
    if what not in shelf:
        hint = did_you_mean(what, [*zoo.names(), *shelf])
        raise CheckpointError(
            f"{what}: wants a checkpoint, a run folder or a model's name, found none of them{hint}"
        )
    if scale is None:
        raise CheckpointError(f"{what}: has no scale of its own; give --scale")
    if scale < 2:
        raise CheckpointError(f"--scale {scale}: wants 2 or more")
    model = build_model(what, {}, scale, "rgb", catalog)
    if any(True for _ in model.parameters()):
        raise CheckpointError(f"{what}: is a model that learns; give a checkpoint of it, or a run folder")
    return Loaded(what, model.eval(), scale, "rgb", {"model": {"use": what}})
