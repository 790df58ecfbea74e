"""An exporter of networks for other programs for srkit."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

import srkit
from srkit.atomic import sweep, whole
from srkit.errors import ExportError
from srkit.network.exporter import Checked
from srkit.network.network import Network


@srkit.exporter("starter")
class Starter:
    """The weights as NumPy arrays by name (.npz), with the scale under ``scale``."""

    suffixes = (".npz",)

    def __call__(self, network: Network, target: Path) -> Checked:
        """Write the file whole or not at all, and run the network with what is in it.

        Raises:
            ExportError: The file cannot be written.
        """
        state = {name: tensor.detach().cpu() for name, tensor in network.module.state_dict().items()}
        arrays: dict[str, Any] = {name: tensor.numpy() for name, tensor in state.items()}
        try:
            sweep(target)
            with whole(target) as temporary, open(temporary, "wb") as file:
                np.savez(file, **arrays, scale=np.int64(network.scale))
        except OSError as error:
            raise ExportError(f"{target}: cannot be written: {error.strerror or error}") from None
        again = copy.deepcopy(network.module).cpu()
        with np.load(target) as found:
            again.load_state_dict({name: torch.from_numpy(found[name]) for name in state})
        low = torch.rand(1, network.color.channels, 12, 16, generator=torch.Generator().manual_seed(0))
        with torch.no_grad():
            difference = float((again(low) - copy.deepcopy(network.module).cpu()(low)).abs().max())
        return Checked("NumPy", difference)


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
