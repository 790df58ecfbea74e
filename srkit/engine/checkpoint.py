"""Training states and weights on disk: written whole, read without running anything in them."""

from __future__ import annotations

import json
import pickle
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from srkit.atomic import sweep, whole
from srkit.errors import CheckpointError

SHOWN = 5

OLD = bytes.fromhex("80028a0a6cfc9c46f9206aa850192e")
"""First bytes of the files that torch.save wrote before it used zip archives."""


def save_training(path: Path, state: Mapping[str, Any]) -> None:
    """Write a training state (tensors and plain values), whole or not at all.

    Raises:
        CheckpointError: It cannot be written, or holds something else; the file that was there is untouched.
    """
    try:
        sweep(path)
        with whole(path) as temporary, open(temporary, "wb") as file:
            torch.save(dict(state), file)
    except (OSError, RuntimeError) as error:
        raise _not_written(path, error) from None
    except (pickle.PicklingError, AttributeError, TypeError) as error:  # three ways to say what cannot be pickled
        raise CheckpointError(
            f"{path}: wants tensors and plain values, found a value that cannot be saved: {_first_line(error)}"
        ) from None


def load_training(path: Path) -> dict[str, Any]:
    """Read a training state of tensors and plain values; a file with code in its pickle is refused, not run.

    Raises:
        CheckpointError: The file is missing, cut off, altered, of another kind, or wants to run code.
    """
    return _load(path, old=False)


def load_foreign(path: Path) -> dict[str, Any]:
    """Read a dictionary that another program saved, in torch's present format or in the one before torch 1.6.

    The old format has no checksums, so ``load_training`` refuses it.

    Raises:
        CheckpointError: As for ``load_training``.
    """
    return _load(path, old=True)


def _load(path: Path, *, old: bool) -> dict[str, Any]:
    _must_exist(path, "a checkpoint")
    try:
        if not (old and _is_old(path)):
            with zipfile.ZipFile(path) as archive:
                spoilt = archive.testzip()  # torch ignores checksums: training would go on with a flipped bit
            if spoilt is not None:
                raise zipfile.BadZipFile(f"wrong checksum in {spoilt}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about pickle protocols; the result is checked below
            state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise CheckpointError(
            f"{path}: wants tensors and plain values, found objects that would run code when read; refused"
        ) from None
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read: {error.strerror or error}") from None
    except Exception as error:  # an unpickler may raise any error for damaged bytes
        raise CheckpointError(f"{path}: is damaged or no checkpoint: {_first_line(error)}") from None
    if not isinstance(state, dict):
        wanted = "tensors by name" if old else "the state of a training"
        raise CheckpointError(f"{path}: wants {wanted}, found {type(state).__name__}")
    return cast("dict[str, Any]", state)


def _is_old(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(len(OLD)) == OLD


def save_weights(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any]) -> None:
    """Write flat tensors and plain JSON values as safetensors, whole or not at all.

    Equal weights and values give equal bytes. The key ``crc32`` is added to the metadata.

    Raises:
        CheckpointError: It cannot be written; the file that was there is untouched.
    """
    copies = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    text = json.dumps(metadata)
    text = json.dumps({**json.loads(text), "crc32": _checksum(copies, text)})
    try:
        sweep(path)
        with whole(path) as temporary:
            temporary.write_bytes(save(copies, {"srkit": text}))  # of several keys the order would be random
    except OSError as error:
        raise _not_written(path, error) from None


def load_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read tensors and metadata of a safetensors file.

    Raises:
        CheckpointError: The file is missing, cut off, altered, or was not written by srkit.
    """
    _must_exist(path, "a checkpoint (.safetensors)")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = json.loads((file.metadata() or {}).get("srkit", "null"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f"{path}: is damaged or no safetensors file: {_first_line(error)}") from None
    if not isinstance(metadata, dict):
        raise CheckpointError(f"{path}: wants weights that srkit wrote, found others; srkit convert reads those")
    if metadata.pop("crc32", None) != _checksum(tensors, json.dumps(metadata)):
        raise CheckpointError(f"{path}: is damaged: it does not have the checksum it was written with")
    return tensors, metadata


def load_into(model: nn.Module, tensors: Mapping[str, Tensor], where: str) -> None:
    """Give ``model`` the weights ``tensors``, all of them or none.

    Raises:
        CheckpointError: Names, shapes or kinds of numbers differ, or weights are not finite; shows the first few.
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
    if others := [name for name, tensor in tensors.items() if not _same_kind(tensor, wanted[name])]:
        lines = _few([f"{name} wants {wanted[name].dtype}, got {_kind(tensors[name])}" for name in others])
        title = f"{where}: holds other numbers than the model computes with:"
        raise CheckpointError("\n    ".join([title, *lines]))
    learnt = dict(model.named_parameters())
    if broken := [name for name in learnt if name in tensors and not tensors[name].float().isfinite().all()]:
        raise CheckpointError(
            f"{where}: holds weights that are infinite or not numbers: {', '.join(_few(broken))}; "
            "they were lost before the file was written, so take an earlier or another file"
        )
    model.load_state_dict(dict(tensors))


def _same_kind(tensor: Tensor, wanted: Tensor) -> bool:
    """Return whether the numbers of a tensor can be copied into ``wanted`` for what they are."""
    return tensor.layout is torch.strided and _family(tensor) == _family(wanted)


def _family(tensor: Tensor) -> tuple[bool, bool]:
    return tensor.is_floating_point(), tensor.is_complex()


def _kind(tensor: Tensor) -> str:
    return str(tensor.dtype) if tensor.layout is torch.strided else f"{tensor.layout} of {tensor.dtype}"


def _few(lines: list[str]) -> list[str]:
    more = [f"... and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return [*lines[:SHOWN], *more]


def _must_exist(path: Path, wanted: str) -> None:
    if not path.is_file() or path.stat().st_size == 0:
        found = "an empty file" if path.is_file() else "a folder" if path.is_dir() else "nothing of that name"
        raise CheckpointError(f"{path}: wants {wanted}, found {found}")


def _checksum(tensors: Mapping[str, Tensor], text: str) -> str:
    """Return the CRC-32 of all tensors and metadata; safetensors has no checksum of its own."""
    total = zlib.crc32(text.encode())
    for name, tensor in sorted(tensors.items()):
        total = zlib.crc32(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode(), total)
        total = zlib.crc32(tensor.reshape(-1).view(torch.uint8).numpy().data, total)
    return f"{total:08x}"


def _not_written(path: Path, error: Exception) -> CheckpointError:
    if isinstance(error, RuntimeError) and isinstance(error.__context__, OSError):
        error = error.__context__  # torch's writer raises its own error and hides that of the system
    reason = error.strerror if isinstance(error, OSError) and error.strerror else _first_line(error)
    return CheckpointError(f"{path}: cannot be written: {reason}; what was there before is untouched")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
