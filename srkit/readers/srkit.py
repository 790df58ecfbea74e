"""Checkpoints that srkit wrote."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from safetensors import safe_open

import srkit
from srkit.engine.checkpoint import load_into, load_weights
from srkit.errors import BuildError, CheckpointError, ConfigError
from srkit.network.color import Color
from srkit.network.network import Network
from srkit.network.reader import BuildModel

NEEDED = ("model", "scale", "color")


@srkit.reader("srkit")
class Srkit:
    """Checkpoints that srkit wrote (.safetensors), whose metadata describe the network."""

    def __init__(self, build: BuildModel) -> None:
        self.build = build

    def accepts(self, file: Path) -> bool:
        """Return whether it is a .safetensors file, unless it is plainly another program's."""
        if file.suffix != ".safetensors":
            return False
        try:
            with safe_open(file, framework="pt") as opened:
                return "srkit" in (opened.metadata() or {})
        except Exception:  # missing or damaged: reading it will report how
            return True

    def read(self, file: Path) -> Network:
        """Return the network of a checkpoint.

        Raises:
            CheckpointError: The file is missing or damaged, or its model cannot be built here.
        """
        tensors, metadata = load_weights(file)
        _check(metadata, file)
        options, color = dict(metadata["model"]), Color(metadata["color"])
        try:
            module = self.build(options.pop("use"), options, metadata["scale"], color.channels)
        except (ConfigError, BuildError) as error:
            raise CheckpointError(f"{file}: {error}{_made_with(metadata)}") from None
        load_into(module, tensors, str(file))
        name = str(metadata.get("name", file.stem))
        return Network.of(module.eval(), metadata["scale"], color, name=name, metadata=metadata)


def _check(metadata: Mapping[str, Any], file: Path) -> None:
    """Refuse metadata that another program, or another version of srkit, has filled in otherwise.

    Raises:
        CheckpointError: A needed fact is missing, or is not of the form in which srkit writes it.
    """
    missing = [name for name in NEEDED if name not in metadata]
    if missing:
        raise CheckpointError(f"{file}: wants weights that srkit wrote; its metadata has no {missing[0]!r}")
    model, versions = metadata["model"], metadata.get("versions", {})
    right = {
        "model": isinstance(model, dict) and isinstance(model.get("use"), str),
        "scale": type(metadata["scale"]) is int,
        "color": metadata["color"] in [color.value for color in Color],
        "versions": isinstance(versions, dict) and all(isinstance(one, str) for one in versions.values()),
    }
    if wrong := [name for name, is_right in right.items() if not is_right]:
        raise CheckpointError(
            f"{file}: wants weights that srkit wrote; in its metadata {wrong[0]!r} is {metadata[wrong[0]]!r}"
        )


def _made_with(metadata: Mapping[str, Any]) -> str:
    """Return a hint with the packages of a checkpoint that are missing or have another version here."""
    here = {name: _installed(name) for name in metadata.get("versions", {}) if name != "torch"}
    found = [
        f"{name} {made} ({f'{here[name]} is installed' if here[name] else 'not installed'})"
        for name, made in metadata.get("versions", {}).items()
        if name in here and here[name] != made
    ]
    return f"; it was made with {', '.join(found)}" if found else ""


def _installed(package: str) -> str | None:
    if package == "srkit":
        return srkit.__version__
    try:
        return version(package)
    except (PackageNotFoundError, ValueError):  # the latter for an empty name
        return None
