"""The reader of community checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import srkit
from srkit.errors import CheckpointError
from srkit.network.color import Color
from srkit.network.network import Network
from srkit.network.reader import BuildModel
from srkit_spandrel.architectures import options_of
from srkit_spandrel.community import Community
from srkit_spandrel.halo import Reach, reach_of
from srkit_spandrel.package import is_installed
from srkit_spandrel.recognise import SUFFIXES, architecture_of, described, tensors_in


@srkit.reader("spandrel")
class Reader:
    """Community checkpoints that spandrel recognises (.pth, .pt, .ckpt, .safetensors): ESRGAN, SwinIR, DAT, ...

    Args:
        halo: Input pixels around a tile that the network sees; null finds out how many decide about it.
    """

    @srkit.limited
    def __init__(
        self,
        build: BuildModel,  # noqa: ARG002 - spandrel builds the network
        *,
        halo: Annotated[int, srkit.Range(0)] | None = None,
    ) -> None:
        self.halo = halo

    def accepts(self, file: Path) -> bool:
        """Return whether spandrel recognises the tensors in the file."""
        if file.suffix.lower() not in SUFFIXES or not is_installed():
            return False
        try:
            return architecture_of(tensors_in(file)) is not None
        except CheckpointError:
            return False

    def read(self, file: Path) -> Network:
        """Return the network in the file.

        Raises:
            CheckpointError: The file is missing, damaged or holds code, spandrel does not recognise it or is not
                installed, or the network does not enlarge images.
        """
        try:
            found = described(tensors_in(file))
        except ImportError as error:
            raise CheckpointError(
                f"{file}: wants the package spandrel, but {error}; pip install spandrel"
            ) from None
        except ValueError as error:
            raise CheckpointError(f"{file}: {error}") from None
        reach = reach_of(found) if self.halo is None else Reach(self.halo)
        module = Community(found, halo=reach.halo, multiple=reach.multiple)
        metadata: dict[str, Any] = {"source": f"{file.name}, {found.architecture.name} as spandrel reads it"}
        if model := options_of(found.model):
            metadata["model"] = model
        color = {one.channels: one for one in Color}[found.input_channels]
        return Network.of(module.eval(), found.scale, color, name=file.stem, metadata=metadata)
