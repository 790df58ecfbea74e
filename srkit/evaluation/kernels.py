"""How near an estimated blur kernel comes to the true one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from srkit.data.examples import examples
from srkit.errors import SrkitError
from srkit.network.per_image import learning
from srkit.parts.dataset import ImageSet
from srkit.parts.degradation import DegradationFn
from srkit.parts.estimator import EstimatorFn
from srkit.parts.method import LEAST

FINER = 4
"""Positions in a pixel, each way, at which the best one is first looked for."""

STEPS = 8
"""Newton steps from there; four reach the last digits."""


@dataclass(frozen=True)
class KernelScore:
    """How near an estimated kernel comes to the true one, wherever it lies.

    Attributes:
        name: The image.
        error: Norm of the difference over the norm of the true kernel: 0 is perfect, 1 is no better than nothing.
        psnr: In dB, with 1 as the peak, over the pixels of the true kernel, as in the tables of FKP (Liang et al.,
            CVPR 2021). Flat kernels score high, so compare it on the same images only.
    """

    name: str
    error: float
    psnr: float


def measure_kernels(
    estimator: EstimatorFn,
    images: ImageSet,
    degradation: DegradationFn,
    *,
    scale: int,
    seed: int = 0,
    device: torch.device | None = None,
) -> Iterator[KernelScore]:
    """Yield how near the estimated kernel of every image comes to the one that made its LR.

    Args:
        estimator: Built for the scale.
        images: HR alone.
        degradation: Makes LR of HR, and says its kernels.
        scale: How many times larger HR is.
        seed: Of the degradation and of the estimator.
        device: Where the estimator computes; None is the CPU.

    Raises:
        SrkitError: The degradation says no kernels, or the images have LR of their own; at the first image. Or an
            image is smaller than the estimator takes.
    """
    for example in examples(images, scale=scale, degradation=degradation, seed=seed):
        true = example.drawn.get("kernels")
        if true is None:
            raise SrkitError(
                f"{example.name}: wants LR made by a degradation that says its kernels, such as "
                "anisotropic_gaussian; found LR whose kernel nobody knows"
            )
        least, height, width = LEAST.of(estimator), *example.low.shape[-2:]
        if min(height, width) < least:
            raise SrkitError(
                f"{example.name}: wants LR of {least} x {least} pixels or more, found {width} x {height}; "
                "smaller ones say too little of their kernel"
            )
        # the name of the image is no part of its random numbers: a folder's order and names change nothing
        found = learning(estimator, example.low.to(device or torch.device("cpu")), "estimator", seed)
        error = difference(found[0], true[0])
        norm, side = float(true.double().square().sum()), true.shape[-1]
        yield KernelScore(example.name, math.sqrt(error / norm), _decibels(error / side**2))


def difference(estimated: Tensor, true: Tensor) -> float:
    """Return the sum of squared differences of two kernels, where one lies best upon the other.

    LR does not say where a kernel lies: moving the kernel moves HR. KernelGAN (Bell-Kligler et al. 2019) therefore
    centres every kernel before it is used. Here one kernel is moved to where the sum is smallest, by fractions of a
    pixel too, with the shift theorem of the Fourier transform. That keeps its norm, so the sum is
    |a|^2 + |b|^2 - 2 c, where c is the largest value of the cross-correlation, which is a sum of waves. A grid
    finds the highest hill, and Newton steps find its summit.

    Args:
        estimated: (k,k), k odd.
        true: (j,j), j odd.
    """
    a, b = (kernel.detach().double().cpu() for kernel in (estimated, true))
    side = a.shape[-1] + b.shape[-1] - 1  # odd, so that every wave has its mirror image
    waves = torch.fft.fft2(a, (side, side)).conj() * torch.fft.fft2(b, (side, side)) / side**2
    frequencies = torch.fft.fftfreq(side, 1 / math.tau, dtype=torch.float64)
    y, x = frequencies[:, None], frequencies[None, :]
    grid = torch.arange(side * FINER, dtype=torch.float64) / FINER
    phases = torch.exp(1j * grid[:, None] * frequencies[None, :])
    heights = (phases @ waves @ phases.T).real
    best = heights.max()
    place = torch.stack([grid[index] for index in torch.unravel_index(heights.argmax(), heights.shape)])
    for _ in range(STEPS):
        there = waves * torch.exp(1j * (y * place[0] + x * place[1]))
        best = torch.maximum(best, there.real.sum())
        slope = -torch.stack([(y * there.imag).sum(), (x * there.imag).sum()])
        curve = -torch.stack([(u * v * there.real).sum() for u in (y, x) for v in (y, x)]).view(2, 2)
        if torch.linalg.det(curve) <= 0:  # flat: a kernel without a width has no summit to climb to
            break
        place = place - torch.linalg.solve(curve, slope)
    return max(0.0, float(a.square().sum() + b.square().sum() - 2 * best))


def _decibels(error: float) -> float:
    return -10 * math.log10(error) if error > 0 else math.inf
