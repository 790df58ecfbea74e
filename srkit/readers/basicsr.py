"""A reader of tensors by name, as BasicSR and many other frameworks save them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast

from torch import Tensor

import srkit
from srkit.config.check import Choice
from srkit.config.show import fill
from srkit.engine.checkpoint import load_foreign, load_into
from srkit.errors import CheckpointError
from srkit.network.color import Color
from srkit.network.network import Network
from srkit.network.reader import BuildModel
from srkit.parts import Model

SUFFIXES = (".pth", ".pt", ".ckpt")

WRAPPERS = ("params_ema", "params-ema", "params", "model_state_dict", "state_dict", "model", "net")
"""Keys under which other frameworks save a state_dict; keys of averaged weights come first."""

PREFIXES = ("module.", "generator.", "netG.")


@srkit.reader("basicsr")
class BasicSR:
    """Files in the format of BasicSR (.pth), which hold tensors only: the model must be given.

    Args:
        model: The model that the tensors belong to; without it no file is read.
        scale: How many times larger the model makes an image.
        color: The colours that the model works on.
    """

    recognises = False

    def __init__(
        self,
        build: BuildModel,  # noqa: ARG002 - its model is an option
        *,
        model: Model | None = None,
        scale: int | None = None,
        color: Literal["y", "rgb"] = "y",
    ) -> None:
        self.model, self.scale, self.color = model, scale, Color(color)

    def accepts(self, file: Path) -> bool:
        """Return whether the file has a suffix of this format, and the model is known."""
        return file.suffix in SUFFIXES and self.model is not None

    def read(self, file: Path) -> Network:
        """Return the model with the tensors of the file.

        Raises:
            CheckpointError: The file is missing or damaged, holds code, or does not fit the model, or the model or
                its scale was not given.
        """
        if self.model is None or self.scale is None:
            raise CheckpointError(
                f"{file}: holds tensors only; say what they belong to, "
                f"for example with '{{use: basicsr, file: {file.name}, "
                "model: {use: lapsrn, depth: 10}, scale: 4}'"
            )
        tensors, wrapper = unwrap(load_foreign(file), file)
        module = self.model(self.scale, self.color.channels)
        load_into(module, tensors, str(file))
        metadata = {
            "model": fill(cast("Choice", self.model)),
            "source": f"{file.name}, {f'its {wrapper!r}' if wrapper else 'as it is'}",
        }
        return Network.of(module.eval(), self.scale, self.color, name=name_of(file, self.scale), metadata=metadata)


def unwrap(state: Mapping[str, Any], source: Path) -> tuple[dict[str, Tensor], str | None]:
    """Return the tensors in a file of another framework, and the key under which they were found.

    Raises:
        CheckpointError: There are none.
    """
    wrapper = next((key for key in WRAPPERS if isinstance(state.get(key), Mapping)), None)
    inner = state if wrapper is None else state[wrapper]
    tensors = {
        _bare(name): value for name, value in inner.items() if isinstance(name, str) and isinstance(value, Tensor)
    }
    if not tensors:
        raise CheckpointError(
            f"{source}: wants tensors by name, found {', '.join(map(str, state))[:80] or 'nothing'}"
        )
    return tensors, wrapper


def _bare(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def name_of(file: Path, scale: int) -> str:
    """Return the name of a network in messages: that of its file, with the scale if it does not hold it."""
    return file.stem if str(scale) in file.stem else f"{file.stem} x{scale}"
