"""Training states and weights on disk: written whole, read without running anything in them."""

from __future__ import annotations

import json
import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from srkit.atomic import whole
from srkit.errors import CheckpointError

SHOWN = 5


def save_training(path: Path, state: Mapping[str, Any]) -> None:
    """Write a training state (tensors and plain values), whole or not at all.

    Raises:
        CheckpointError: It cannot be written; the file that was there is untouched.
    """
    try:
        with whole(path) as temporary:
            torch.save(dict(state), temporary)
    except (OSError, RuntimeError) as error:  # torch's writer raises RuntimeError on a full disk
        raise _not_written(path, error) from None


def load_training(path: Path) -> dict[str, Any]:
    """Read a training state; only tensors and plain values, a pickle with code in it is refused, not run.

    Raises:
        CheckpointError: The file is missing, cut off, of another kind, or wants to run code.
    """
    if not path.is_file() or path.stat().st_size == 0:
        found = "an empty file" if path.exists() else "nothing of that name"
        raise CheckpointError(f"{path}: wants a checkpoint, found {found}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pickle protocols it does not like; the result is judged below
            state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise CheckpointError(
            f"{path}: wants tensors and plain values, found objects that would run code when read; refused"
        ) from None
    except (RuntimeError, EOFError, ValueError, OSError, KeyError, AttributeError) as error:
        raise CheckpointError(f"{path}: is damaged or no checkpoint: {_first_line(error)}") from None
    if not isinstance(state, dict):
        raise CheckpointError(f"{path}: wants the state of a training, found {type(state).__name__}")
    return cast("dict[str, Any]", state)


def save_weights(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any]) -> None:
    """Write flat tensors and plain JSON values as safetensors, whole or not at all.

    Raises:
        CheckpointError: It cannot be written; the file that was there is untouched.
    """
    copies = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    try:
        with whole(path) as temporary:
            save_file(copies, temporary, {"srkit": json.dumps(metadata)})
    except (OSError, SafetensorError) as error:
        raise _not_written(path, error) from None


def load_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read tensors and metadata of a safetensors file.

    Raises:
        CheckpointError: The file is missing, cut off, or was not written by srkit.
    """
    if not path.is_file():
        raise CheckpointError(f"{path}: wants a checkpoint (.safetensors), found nothing of that name")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = json.loads((file.metadata() or {}).get("srkit", "null"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f"{path}: is damaged or no safetensors file: {_first_line(error)}") from None
    if not isinstance(metadata, dict):
        raise CheckpointError(f"{path}: wants weights that srkit wrote, found others; srkit convert reads those")
    return tensors, metadata


def load_into(model: nn.Module, tensors: Mapping[str, Tensor], where: str) -> None:
    """Give ``model`` the weights ``tensors``, all of them or none.

    Raises:
        CheckpointError: Names or shapes differ; shows the first few.
    """
    wanted = model.state_dict()
    missing = [f"missing {name}" for name in wanted if name not in tensors]
    unknown = [f"unknown {name}" for name in tensors if name not in wanted]
    shapes = [
        f"{name} wants {tuple(wanted[name].shape)}, got {tuple(tensor.shape)}"
        for name, tensor in tensors.items()
        if name in wanted and wanted[name].shape != tensor.shape
    ]
    if missing or unknown or shapes:
        lines = [*_few(missing), *_few(unknown), *_few(shapes)]
        raise CheckpointError("\n    ".join([f"{where}: belongs to another model:", *lines]))
    model.load_state_dict(dict(tensors))


def _few(lines: list[str]) -> list[str]:
    more = [f"... and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return [*lines[:SHOWN], *more]


def _not_written(path: Path, error: Exception) -> CheckpointError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else _first_line(error)
    return CheckpointError(f"{path}: cannot be written: {reason}; what was there before is untouched")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
