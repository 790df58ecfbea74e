"""The weights that a run keeps, with their metadata."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

import srkit
from srkit.config.show import fill
from srkit.engine.checkpoint import save_weights
from srkit.experiment import Experiment
from srkit.parts.metric import protocol_of
from srkit.records.environment import Environment
from srkit.run.build import Built
from srkit.run.folder import RunFolder
from srkit.weights.convert import FORMAT
from srkit.weights.portable import portable


def save_best(folder: RunFolder, experiment: Experiment, built: Built, model: nn.Module, step: int) -> None:
    """Write the weights of ``model``, with the metadata from which it can be built and judged again."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    save_weights(folder.best, tensors, metadata(folder, experiment, built, step))


def metadata(folder: RunFolder, experiment: Experiment, built: Built, step: int) -> dict[str, Any]:
    """Return the metadata as plain values: model and options, scale, colour, protocol, versions, experiment.

    The experiment tells how the weights were trained, and names files without the folders that they were in.
    """
    return {
        "format": FORMAT,
        "model": fill(experiment.model),
        "scale": experiment.scale,
        "color": experiment.color,
        "protocol": {name: protocol_of(metric) for name, metric in built.metrics.items()},
        "versions": {"srkit": srkit.__version__, "torch": torch.__version__}
        | dict(Environment.read(folder.environment).plugins),
        "name": experiment.name,
        "step": step,
        "experiment": portable(fill(experiment)),
    }
