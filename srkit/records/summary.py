"""``summary.json``: the results of a run. It is written last, so a run that has one is finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from srkit.records.fields import ObjectFile
from srkit.records.scores import BASELINE, NETWORK


@dataclass(frozen=True)
class Summary(ObjectFile):
    """The training of a run, the protocol of each metric, and the means over the test images.

    Args:
        name: The experiment's name.
        model: The name of the network's part.
        scale: How many times larger HR is than LR, along each side.
        color: ``y`` or ``rgb``, the channels that the network enlarges.
        steps: Optimizer steps in all.
        seconds: Training time in seconds, validations included.
        parameters: How many numbers the network learns.
        protocol: How each metric measures, by the metric's name and in the order of the config.
        best_step: The step of the weights that were kept.
        images: How many test images there are.
        own_low: Whether the test set brought its own LR images.
        resize: How the baseline enlarges, in words.
        network: The trained network's name in the scores.
        baseline: The name of the interpolation in the scores, with which the network is compared.
        scores: The network's mean of every metric, by the metric's name.
        baseline_scores: The means of the baseline.
        gain: The mean of the differences, network minus baseline, image by image.
    """

    name: str
    model: str
    scale: int
    color: str
    steps: int
    seconds: float
    parameters: int
    protocol: Mapping[str, Mapping[str, Any]]
    best_step: int | None = None
    images: int = 0
    own_low: bool = False
    resize: str = ""
    network: str = NETWORK
    baseline: str = BASELINE
    scores: Mapping[str, float] = field(default_factory=dict)
    baseline_scores: Mapping[str, float] = field(default_factory=dict)
    gain: Mapping[str, float] = field(default_factory=dict)
