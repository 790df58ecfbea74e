"""The interface of readers, which read networks from files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from torch import nn

from srkit.network.network import Network


class BuildModel(Protocol):
    """Builds a model part by its name and its options, as in YAML."""

    def __call__(self, use: str, options: Mapping[str, Any], scale: int, channels: int, /) -> nn.Module:
        """Return the module: (N,C,h,w) to (N,C,s*h,s*w), C being ``channels`` and s ``scale``.

        Raises:
            ConfigError: There is no such model, or the model has no such option.
            BuildError: The model refuses a value.
        """
        ...


class ReaderFn(Protocol):
    """Reads networks from files of one format."""

    def accepts(self, file: Path, /) -> bool:
        """Return whether the file has this format, by its name and its first bytes.

        A missing or damaged file may be accepted: ``read`` then raises the error.
        """
        ...

    def read(self, file: Path, /) -> Network:
        """Return the network, its weights loaded, in evaluation mode, on the CPU.

        Raises:
            CheckpointError: The file is missing, damaged or holds code, or the reader lacks an option.
        """
        ...
