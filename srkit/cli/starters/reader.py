"""A reader of files of weights for srkit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import srkit
from srkit.engine.checkpoint import load_foreign, load_into
from srkit.network.network import Network
from srkit.network.reader import BuildModel

USE = "espcn"
"""The model part that the weights belong to."""


@srkit.reader("starter")
class Starter:
    """Weights of one network (.starter), which torch.save wrote as tensors by name.

    Args:
        scale: How many times larger the network makes an image.
    """

    @srkit.limited
    def __init__(self, build: BuildModel, *, scale: Annotated[int, srkit.Range(2)] = 2) -> None:
        self.build, self.scale = build, scale

    def accepts(self, file: Path) -> bool:
        """Return whether the file has the suffix of this format."""
        return file.suffix == ".starter"

    def read(self, file: Path) -> Network:
        """Return the network with the weights of the file.

        Raises:
            CheckpointError: The file is missing or damaged, holds code, or belongs to another network.
        """
        tensors = load_foreign(file)
        module = self.build(USE, {}, self.scale, 3)
        load_into(module, tensors, str(file))
        return Network.of(module.eval(), self.scale, "rgb", name=file.stem, metadata={"model": {"use": USE}})


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
