"""Community networks to train."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import torch
from torch import nn

import srkit
from srkit.errors import CheckpointError
from srkit_spandrel.architectures import created, renewed
from srkit_spandrel.community import Community
from srkit_spandrel.recognise import described, tensors_in


@srkit.model("spandrel")
def spandrel(
    scale: int,
    channels: int,
    *,
    file: Path | None = None,
    architecture: str | None = None,
    options: dict[str, Any] | None = None,
    halo: Annotated[int, srkit.Range(0)] | None = None,
) -> nn.Module:
    """A network of any architecture that spandrel has, with new weights: the one in a file, or one by its name.

    Weights come from ``start: FILE``, as for every model.

    Args:
        file: A checkpoint that spandrel recognises; the network gets its architecture and its sizes.
        architecture: An architecture by its name in spandrel, such as PLKSR, instead of a file.
        options: Options of that architecture, such as dim; scale and channels need not be among them.
        halo: Input pixels around a tile that the network sees; null enlarges images whole.
    """
    try:
        found = _described(scale, channels, file, architecture, options or {})
    except ImportError as error:
        raise ValueError(f"wants the package spandrel, but {error}; pip install spandrel") from None
    where = f"file {file}" if file is not None else f"architecture {architecture}"
    if found.scale != scale:
        raise ValueError(f"{where}: wants a network of x{scale}, found one of x{found.scale}")
    if found.input_channels != channels:
        raise ValueError(
            f"{where}: wants a network of {channels} channels, found one of {found.input_channels}; see color"
        )
    module = Community(found, halo=halo)
    _freeze_unused(module, channels)
    return module


def _described(
    scale: int, channels: int, file: Path | None, architecture: str | None, options: dict[str, Any]
) -> Any:
    if (file is None) == (architecture is None):
        raise ValueError("wants either a file or an architecture, got " + ("neither" if file is None else "both"))
    if architecture is not None:
        return created(architecture, options, scale, channels)
    if options:
        raise ValueError("options belong to an architecture; those of a file are in the file")
    assert file is not None
    try:
        tensors = tensors_in(file)
    except CheckpointError as error:
        raise ValueError(str(error)) from None
    try:
        return renewed(described(tensors))
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None


def _freeze_unused(module: Community, channels: int) -> None:
    """Freeze parameters that the network does not use in training, such as convolutions that are folded for use."""
    side = -(-max(module.least, 8) // module.multiple_of) * module.multiple_of
    learnt = [parameter for parameter in module.train().parameters() if parameter.requires_grad]
    with torch.enable_grad():
        loss = module(torch.zeros(1, channels, side, side)).sum()
        gradients = torch.autograd.grad(loss, learnt, allow_unused=True)
    for parameter, gradient in zip(learnt, gradients, strict=True):
        if gradient is None:
            parameter.requires_grad_(False)
