"""The weights of the network within a loss."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from srkit.engine.checkpoint import load_foreign
from srkit.errors import CheckpointError

VGG19 = "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth"
"""torchvision's VGG19, trained on ImageNet. The name ends in the first digits of the file's SHA-256."""


def vgg19_tensors(path: Path | None) -> tuple[Path, dict[str, Tensor]]:
    """Return the weights of VGG19 and their file, by default the one in torch's folder of downloads.

    Raises:
        ValueError: There is no such file, it is damaged or would run code, or it cannot be downloaded.
    """
    file = _downloaded(VGG19) if path is None else path
    try:
        state = load_foreign(file)
    except CheckpointError as error:
        raise ValueError(str(error)) from None
    return file, {name: value for name, value in state.items() if isinstance(value, Tensor)}


def _downloaded(url: str) -> Path:
    """Return the file of ``url`` in torch's folder of downloads; a missing one is downloaded, its hash checked."""
    file = Path(torch.hub.get_dir()) / "checkpoints" / url.rpartition("/")[2]
    if file.exists():
        return file
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(file), hash_prefix=file.stem.rpartition("-")[2])
    except (OSError, RuntimeError) as error:  # no network is an OSError, another hash a RuntimeError
        raise ValueError(
            f"{file}: cannot be had: {str(error) or type(error).__name__}; on a machine with internet download "
            f"{url}, and copy it to {file.parent}, or give its path, or that of a normalised VGG19, as weights"
        ) from None
    return file
