"""From tensors to the network that spandrel recognises in them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from srkit.engine.checkpoint import load_foreign
from srkit.errors import CheckpointError
from srkit_spandrel.package import spandrel

PICKLED = (".pth", ".pt", ".ckpt")
TRIED = 16
"""Side of an image on which a network is tried."""
SUFFIXES = (*PICKLED, ".safetensors")


def tensors_in(file: Path) -> dict[str, Any]:
    """Return the tensors of a file by the names that its authors gave them, without what they are wrapped in.

    spandrel's own loader is not used: srkit's reads no objects from a pickle but tensors and plain values.

    Raises:
        CheckpointError: The file is missing, damaged, or would run code when read.
    """
    if file.suffix.lower() in PICKLED:
        state = load_foreign(file)
    else:
        try:
            state = load_file(file)
        except (OSError, SafetensorError) as error:
            raise CheckpointError(f"{file}: cannot be read: {error}") from None
    return dict(spandrel().canonicalize_state_dict(state))


def architecture_of(tensors: Mapping[str, Any]) -> str | None:
    """Return the name of the architecture that spandrel sees in these tensors; None if it sees none."""
    for one in spandrel().MAIN_REGISTRY.architectures("detection"):
        if one.detect(tensors):
            return str(one.architecture.name)
    return None


@contextmanager
def quiet() -> Iterator[None]:
    """Silence warnings about spandrel's code, such as those of torch about functions that it will change."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def described(tensors: Mapping[str, Tensor]) -> Any:
    """Return spandrel's descriptor of the network with these tensors, which enlarges gray or RGB images.

    Raises:
        ValueError: spandrel recognises none, cannot run it, or it does something else.
    """
    name = architecture_of(tensors)
    if name is None:
        some = ", ".join(list(tensors)[:3])
        raise ValueError(f"wants tensors of an architecture that spandrel knows, found {some or 'none'}, ...")
    try:
        with quiet(), torch.no_grad():
            found = spandrel().MAIN_REGISTRY.load(dict(tensors))  # it may rename tensors in this dictionary
            found.eval()(torch.zeros(1, found.input_channels, TRIED, TRIED))
    except Exception as error:  # what a wrong tensor leads to depends on the architecture
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(f"looks like {name} to spandrel, which cannot use it: {reason}") from None
    purpose = f"{found.architecture.name}, which is for {found.purpose} at x{found.scale}"
    if found.purpose == "Inpainting" or found.scale < 2:
        raise ValueError(f"wants a network that enlarges images, found {purpose}")
    if found.input_channels != found.output_channels or found.input_channels not in (1, 3):
        channels = f"{found.input_channels} to {found.output_channels} channels"
        raise ValueError(f"wants a network of 1 or 3 channels, found {purpose}, from {channels}")
    if found.size_requirements.square:
        raise ValueError(f"wants a network for images of any shape, found {purpose}, for square ones")
    return found
