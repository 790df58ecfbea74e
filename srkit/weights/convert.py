"""Writing networks as srkit checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

import srkit
from srkit.engine.checkpoint import save_weights
from srkit.errors import CheckpointError
from srkit.network.network import Network

FORMAT = 1
"""Version of the metadata in srkit checkpoints."""


def write(network: Network, target: Path) -> dict[str, Any]:
    """Write a network as a srkit checkpoint, and return its metadata.

    Raises:
        CheckpointError: The network's metadata name no model part, or the file cannot be written.
    """
    if "model" not in network.metadata:
        raise CheckpointError(
            f"{target}: wants a network that a model part builds; nothing says which one builds {network.name}"
        )
    metadata = {
        **network.metadata,
        "format": FORMAT,
        "scale": network.scale,
        "color": network.color.value,
        "name": network.name,
        "versions": {"srkit": srkit.__version__, "torch": torch.__version__},
    }
    save_weights(target, network.module.state_dict(), metadata)
    return metadata
