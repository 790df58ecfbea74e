"""Other people's weights as srkit checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import srkit
from srkit.engine.checkpoint import load_foreign, load_into, save_weights
from srkit.errors import CheckpointError
from srkit.inference.load import build_model
from srkit.inference.matconvnet import Converted, read_mat
from srkit.plugins import Catalog

WRAPPERS = ("params_ema", "params-ema", "params", "model_state_dict", "state_dict", "model", "net")
"""Keys that other frameworks put a state_dict under, the better weights first."""

PREFIXES = ("module.", "generator.", "netG.")


def convert(
    source: Path,
    target: Path,
    catalog: Catalog,
    *,
    scale: int | None = None,
    model: Mapping[str, Any] | None = None,
    color: str = "y",
) -> dict[str, Any]:
    """Write the weights in ``source`` as a srkit checkpoint, and return its metadata.

    A ``.mat`` file says by itself what it is. A ``.pth`` of BasicSR's kind holds tensors only, so the
    model, its options and the scale must be given.

    Raises:
        CheckpointError: The file is damaged, holds code, or does not fit the model.
    """
    if source.suffix == ".mat":
        found, note = read_mat(source, scale), "released by the authors of LapSRN"
    else:
        found, note = _read_pth(source, scale, model)
    network = build_model(found.use, found.options, found.scale, color, catalog)
    load_into(network, found.tensors, str(source))
    metadata = {
        "format": 1,
        "model": {"use": found.use, **found.options},
        "scale": found.scale,
        "color": color,
        "name": f"{source.stem}" if str(found.scale) in source.stem else f"{source.stem} x{found.scale}",
        "source": f"{source.name}, {note}",
        "versions": {"srkit": srkit.__version__, "torch": torch.__version__},
    }
    save_weights(target, found.tensors, metadata)
    return metadata


def _read_pth(source: Path, scale: int | None, model: Mapping[str, Any] | None) -> tuple[Converted, str]:
    if scale is None or model is None:
        raise CheckpointError(
            f"{source}: holds tensors only; say what they belong to, "
            "for example with --model '{use: lapsrn, depth: 10}' --scale 4"
        )
    tensors, wrapper = unwrap(load_foreign(source), source)
    options = dict(model)
    return Converted(options.pop("use"), options, scale, tensors), f"its {wrapper!r}" if wrapper else "as it is"


def unwrap(state: Mapping[str, Any], source: Path) -> tuple[dict[str, Tensor], str | None]:
    """Find the tensors in what another framework saved, and the key they were under.

    Raises:
        CheckpointError: There are none.
    """
    wrapper = next((key for key in WRAPPERS if isinstance(state.get(key), Mapping)), None)
    inner = state if wrapper is None else state[wrapper]
    tensors = {_bare(name): value for name, value in inner.items() if isinstance(value, Tensor)}
    if not tensors:
        raise CheckpointError(
            f"{source}: wants tensors by name, found {', '.join(map(str, state))[:80] or 'nothing'}"
        )
    return tensors, wrapper


def _bare(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name
