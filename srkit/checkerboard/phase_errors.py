"""M3: polyphase error imbalance, output phases with a larger error than their mirror images.

At x4 the corners of a 4 x 4 block lie further from the LR sample than its middle, and
are harder to predict. The same error can only be expected of phases that are mapped to
each other by rotations and reflections of the block: such a set is an orbit. The measure
assumes that the LR sample lies in the middle of its block, as with MATLAB's bicubic; with
a degradation of another alignment it measures the misalignment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class PhaseErrors:
    """The error of each phase of an image.

    Attributes:
        biases: (s,s) mean error of each phase, in grey levels.
        variances: (s,s) variance of each phase's error, in squared grey levels.
        orbits: (s,s) number of the orbit that each phase belongs to.
        bias_ratio: How far the biases of an orbit lie apart, over what chance
            explains: about 1 for errors that do not know of phases, and growing with
            the image where they do. The F of an analysis of variance with the blocks as
            subjects, so that an error shared by a whole block does not count.
    """

    biases: NDArray[np.float64]
    variances: NDArray[np.float64]
    orbits: NDArray[np.int64]
    bias_ratio: float

    @property
    def bias_spread(self) -> float:
        """Root mean square departure of a bias from the mean of its orbit, in grey levels; 0 is balanced."""
        departures = [self.biases[self.orbits == orbit] for orbit in range(self.orbits.max() + 1)]
        return float(np.sqrt(np.mean(np.square(np.concatenate([one - one.mean() for one in departures])))))

    @property
    def variance_ratio(self) -> float:
        """The largest over the smallest variance of one orbit, in the worst orbit; 1 is balanced."""
        members = (self.variances[self.orbits == orbit] for orbit in range(self.orbits.max() + 1))
        return max(_ratio(float(one.max()), float(one.min())) for one in members)


def phase_orbits(scale: int) -> NDArray[np.int64]:
    """Number the orbits of the s x s phases under the symmetries of the square: (s,s), 0 the one with the corners.

    x2 has one orbit of 4; x3 has 4 corners, 4 edges and the middle; x4 has 4 corners,
    8 edges and 4 in the middle.
    """
    distance = np.abs(2 * np.arange(scale) - (scale - 1))
    far = np.maximum(distance[:, None], distance)
    near = np.minimum(distance[:, None], distance)
    _, numbers = np.unique(-(far * scale + near), return_inverse=True)
    return numbers.reshape(scale, scale).astype(np.int64)


def phase_errors(prediction: Tensor, target: Tensor, scale: int) -> PhaseErrors:
    """Compare the errors ``prediction - target`` of phases of one orbit.

    Args:
        prediction: (N,C,H,W) in [0,1], sides divisible by ``scale``.
        target: The same.
        scale: s.

    Raises:
        ValueError: The shapes differ, do not divide by ``scale``, or hold fewer than two blocks.
    """
    blocks = 255 * _blocks(prediction, target, scale)
    orbits = phase_orbits(scale)
    between = within = 0.0
    freedom = 0
    for orbit in range(orbits.max() + 1):
        errors = blocks[:, orbits.ravel() == orbit]
        errors = errors - errors.mean(1, keepdims=True)  # what a block's phases share says nothing about phases
        biases = errors.mean(0)
        between += len(errors) * float(np.square(biases).sum())
        within += float(np.square(errors - biases).sum())
        freedom += errors.shape[1] - 1
    return PhaseErrors(
        biases=blocks.mean(0).reshape(scale, scale),
        variances=blocks.var(0).reshape(scale, scale),
        orbits=orbits,
        bias_ratio=_ratio(between / freedom, within / (freedom * (len(blocks) - 1))),
    )


def _blocks(prediction: Tensor, target: Tensor, scale: int) -> NDArray[np.float64]:
    """Return the errors of the phases (s*s) of every s x s block: (blocks,s*s)."""
    if scale < 2:
        raise ValueError(f"scale must be at least 2 to have phases, got {scale}")
    if prediction.shape != target.shape or prediction.ndim != 4:
        raise ValueError(
            f"prediction: wants the (N,C,H,W) of the target {tuple(target.shape)}, found {tuple(prediction.shape)}"
        )
    count, channels, height, width = target.shape
    if height % scale or width % scale:
        raise ValueError(f"target: wants sides divisible by {scale}, found {width} x {height}; modcrop it")
    if target.numel() < 2 * scale**2:
        raise ValueError(f"target: wants two blocks of {scale} x {scale} or more, found {width} x {height}")
    error = (prediction.detach().cpu().double() - target.detach().cpu().double()).numpy()
    split = error.reshape(count * channels, height // scale, scale, width // scale, scale)
    return split.transpose(0, 1, 3, 2, 4).reshape(-1, scale**2)


def _ratio(above: float, below: float) -> float:
    if below > 0:
        return above / below
    return math.inf if above > 0 else 1.0
