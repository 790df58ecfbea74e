"""What reads a network out of a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from torch import nn

from srkit.network.network import Network


class BuildModel(Protocol):
    """Builds a model part by its name and its options, as YAML would say them."""

    def __call__(self, use: str, options: Mapping[str, Any], scale: int, channels: int, /) -> nn.Module:
        """Return the module: (N,C,h,w) to (N,C,s*h,s*w), C being ``channels`` and s ``scale``.

        Raises:
            ConfigError: There is no such model, or it has no such option.
            BuildError: The model refuses a value.
        """
        ...


class ReaderFn(Protocol):
    """Reads networks out of files of one sort."""

    def accepts(self, file: Path, /) -> bool:
        """Whether the file is one of this sort, by its name and its first bytes.

        A file that is missing or damaged may be accepted: ``read`` then says what is wrong with it.
        """
        ...

    def read(self, file: Path, /) -> Network:
        """Return the network, its weights loaded, in evaluation mode, on the CPU.

        Raises:
            CheckpointError: The file is missing, damaged or holds code, or something must be known besides.
        """
        ...
