"""Official files of the networks that srkit has, recognised by the names and the shapes of their tensors."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from torch import Tensor, nn

import srkit
from srkit.engine.checkpoint import load_foreign, load_into
from srkit.errors import BuildError, CheckpointError
from srkit.network.color import Color
from srkit.network.network import Network
from srkit.network.reader import BuildModel
from srkit.readers.architecture import Architecture
from srkit.readers.architectures import ARCHITECTURES
from srkit.readers.basicsr import SUFFIXES, name_of, unwrap

SHOWN = 3
"""Names of tensors that a message shows."""


@srkit.reader("released")
class Released:
    """Files that the authors of a network released (.pth): the names of the tensors say which network it is.

    Args:
        scale: Scale of a network whose file has an upsampler for each of several scales, as CARN's; that of any
            other follows from the shapes.
    """

    def __init__(self, build: BuildModel, *, scale: int | None = None) -> None:
        self.build, self.scale = build, scale

    def accepts(self, file: Path) -> bool:
        """Return whether the file has a suffix of torch's files and holds the tensors of a network known here."""
        if file.suffix not in SUFFIXES:
            return False
        try:
            tensors, _ = unwrap(load_foreign(file), file)
        except CheckpointError:
            return False
        return _architecture(tensors) is not None

    def read(self, file: Path) -> Network:
        """Return the network in the file.

        Raises:
            CheckpointError: The file is missing or damaged, holds code, or is of no network known here; or it has
                several scales and none of them was given.
        """
        tensors, _ = unwrap(load_foreign(file), file)
        architecture = _architecture(tensors)
        if architecture is None:
            known = ", ".join(sorted({one.use for one in ARCHITECTURES}))
            raise CheckpointError(
                f"{file}: wants the official tensors of a network ({known}), found {', '.join([*tensors][:3])}, ..."
            )
        return self._network(file, architecture, _of_scale(_renamed(architecture, tensors), self.scale, file))

    def _network(self, file: Path, architecture: Architecture, tensors: dict[str, Tensor]) -> Network:
        shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
        try:
            channels, scale = architecture.channels(shapes), architecture.scale(shapes)
            options = architecture.options(shapes)
            color = {one.channels: one for one in Color}[channels]
        except (LookupError, ValueError, ZeroDivisionError):
            raise CheckpointError(
                f"{file}: wants all tensors of {architecture.use}, found {len(tensors)} of them"
            ) from None
        try:
            module = self.build(architecture.use, options, scale, channels)
        except BuildError as error:
            raise CheckpointError(f"{file}: {error}") from None
        load_into(module, _as_convolutions(tensors, module), str(file))
        metadata = {
            "model": {"use": architecture.use, **options},
            "source": f"{file.name}, released by the authors of {architecture.use}",
        }
        return Network.of(module.eval(), scale, color, name=name_of(file, scale), metadata=metadata)


def known_names(names: Collection[str]) -> str:
    """Return in words which tensors these are, and of which network most of them could be, for a message."""
    found = f"{len(names)} tensors ({', '.join([*names][:SHOWN])}{', ...' * (len(names) > SHOWN)})"
    strange = {one.use: [name for name in names if one.name_of(name) is None] for one in ARCHITECTURES}
    nearest, others = min(strange.items(), key=lambda item: len(item[1]))
    if 0 < len(others) <= len(names) // 2:
        more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
        found += f", which {nearest} has except {', '.join(others[:SHOWN])}{more}"
    return found


def _architecture(tensors: dict[str, Tensor]) -> Architecture | None:
    return next((one for one in ARCHITECTURES if one.owns(tensors)), None)


def _renamed(architecture: Architecture, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    named = ((architecture.name_of(name), tensor) for name, tensor in tensors.items())
    return {name: tensor for name, tensor in named if name}


def _of_scale(tensors: dict[str, Tensor], scale: int | None, file: Path) -> dict[str, Tensor]:
    """Return the tensors for one of the scales that the file has, or all if it has one scale."""
    scales = sorted({int(name.partition(":")[0]) for name in tensors if ":" in name})
    if not scales:
        return tensors
    if scale not in scales:
        listed = ", ".join(map(str, scales))
        other = "" if scale is None else f", none for the scale {scale}"
        raise CheckpointError(f"{file}: has upsamplers for the scales {listed}{other}; give one of them by --scale")
    return {name.removeprefix(f"{scale}:"): one for name, one in tensors.items() if _is_for(name, scale)}


def _is_for(name: str, scale: int | None) -> bool:
    return ":" not in name or name.startswith(f"{scale}:")


def _as_convolutions(tensors: dict[str, Tensor], module: nn.Module) -> dict[str, Tensor]:
    """Return linear layers for every pixel as the 1x1 convolutions that they are."""
    wanted = {name: tensor.shape for name, tensor in module.state_dict().items()}
    return {
        name: tensor[..., None, None] if tuple(wanted.get(name, ())) == (*tensor.shape, 1, 1) else tensor
        for name, tensor in tensors.items()
    }
