"""The weights of networks within losses and metrics, from files of others."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from srkit.engine.checkpoint import load_foreign
from srkit.errors import CheckpointError

VGG19 = "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth"
"""torchvision's VGG19, trained on ImageNet. The name ends in the first digits of the file's SHA-256."""

VGG16 = "https://download.pytorch.org/models/vgg16-397923af.pth"
"""torchvision's VGG16, as well."""

ALEXNET = "https://download.pytorch.org/models/alexnet-owt-7be5be79.pth"
"""torchvision's AlexNet, as well."""


def downloads() -> list[Path]:
    """Return the files that srkit has downloaded; another program may have left the same ones under their names."""
    return [file for file in map(_place, (VGG16, VGG19, ALEXNET)) if file.is_file()]


def pretrained_tensors(path: Path | None, url: str, way_out: str) -> tuple[Path, dict[str, Tensor]]:
    """Return the weights in a file and the file, by default the one of ``url`` in torch's folder of downloads.

    Args:
        path: The file; None looks for that of ``url``, and downloads it if it is not there.
        url: Ends in a name with the first digits of the file's SHA-256.
        way_out: What else one can do without the file, to end the message with.

    Raises:
        ValueError: There is no such file, it is damaged or would run code, or it cannot be downloaded.
    """
    file = _downloaded(url, way_out) if path is None else path
    try:
        state = load_foreign(file)
    except CheckpointError as error:
        raise ValueError(str(error)) from None
    return file, {name: value for name, value in state.items() if isinstance(value, Tensor)}


def _downloaded(url: str, way_out: str) -> Path:
    """Return the file of ``url`` in torch's folder of downloads; a missing one is downloaded, its hash checked."""
    file = _place(url)
    if file.exists():
        return file
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(file), hash_prefix=file.stem.rpartition("-")[2])
    except (OSError, RuntimeError) as error:  # no network is an OSError, another hash a RuntimeError
        raise ValueError(
            f"{file}: cannot be had: {str(error) or type(error).__name__}; on a machine with internet download "
            f"{url}, and copy it to {file.parent}, or give its path{way_out}"
        ) from None
    return file


def _place(url: str) -> Path:
    """Return where torch keeps the file of ``url``."""
    return Path(torch.hub.get_dir()) / "checkpoints" / url.rpartition("/")[2]
