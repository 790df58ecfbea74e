"""How near one blur kernel comes to another, wherever the two lie."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import torch
from torch import Tensor

Align: TypeAlias = Literal["best", "mass", "middle"]
"""How two kernels are laid upon each other before they are compared.

``best`` moves one to where the difference is smallest, ``mass`` to where their centres of mass meet, as KernelGAN
(Bell-Kligler et al. 2019) centres kernels, and ``middle`` leaves their middle pixels upon each other, as the tables
of FKP and MANet do. LR does not say where a kernel lies: moving the kernel moves HR.
"""

FINER = 4
"""Positions in a pixel, each way, at which the best one is first looked for."""

STEPS = 8
"""Newton steps from there; four reach the last digits."""


def kernel_psnr(estimated: Tensor, true: Tensor, *, align: Align = "best") -> float:
    """Return the PSNR of an estimated kernel in dB, infinity for the true one.

    The peak is 1, the sum of a kernel, and the mean is over the pixels of the true kernel, as in the tables of
    FKP (Liang et al., CVPR 2021). Flat kernels score high, and so do large ones, most of whose pixels are near 0.
    Therefore compare estimators on the same images only.

    Args:
        estimated: (j,j), j odd, with sum 1.
        true: (k,k), k odd, with sum 1; k may be another side than j.
        align: How the kernels are laid upon each other.

    Raises:
        ValueError: One is not a square of odd side, or has no centre of mass to align.
    """
    error = squared_difference(estimated, true, align=align) / true.numel()
    return -10 * math.log10(error) if error > 0 else math.inf


def relative_error(estimated: Tensor, true: Tensor, *, align: Align = "best") -> float:
    """Return the norm of the difference over the norm of the true kernel: 0 is perfect, 1 as bad as nothing.

    Arguments and errors are those of ``kernel_psnr``.
    """
    norm = float(true.detach().double().square().sum())
    return math.sqrt(squared_difference(estimated, true, align=align) / norm)


def squared_difference(estimated: Tensor, true: Tensor, *, align: Align = "best") -> float:
    """Return the sum of squared differences of two kernels that lie upon each other; beyond its edge a kernel is 0.

    A kernel is moved by fractions of a pixel, too, with the shift theorem of the Fourier transform. That keeps its
    norm, so the sum is |a|^2 + |b|^2 - 2 c, where c is a value of the cross-correlation, which is a sum of waves.

    Arguments and errors are those of ``kernel_psnr``.
    """
    a, b = (_checked(kernel) for kernel in (estimated, true))
    side = a.shape[-1] + b.shape[-1] - 1  # odd, so that every wave has its mirror image
    waves = torch.fft.fft2(a, (side, side)).conj() * torch.fft.fft2(b, (side, side)) / side**2
    if align == "best":
        height = _summit(waves)
    elif align == "mass":
        height = _at(waves, mass(b) - mass(a)).real.sum()
    else:
        height = _at(waves, torch.full((2,), (b.shape[-1] - a.shape[-1]) / 2, dtype=torch.float64)).real.sum()
    return max(0.0, float(a.square().sum() + b.square().sum() - 2 * height))


def mass(kernel: Tensor) -> Tensor:
    """Return the centre of mass (y, x) of a kernel (k,k), in pixels from the first, in float64 on the CPU.

    Raises:
        ValueError: Its sum is 0, so that it has none.
    """
    weights = kernel.detach().double().cpu()
    total = weights.sum()
    if abs(float(total)) <= 1e-12 * float(weights.abs().sum()):
        raise ValueError("wants a kernel with a sum, which has a centre of mass, found one with the sum 0")
    lines = [torch.arange(length, dtype=torch.float64) for length in weights.shape]
    return torch.stack([weights.sum(1) @ lines[0], weights.sum(0) @ lines[1]]) / total


def _checked(kernel: Tensor) -> Tensor:
    if kernel.ndim != 2 or kernel.shape[0] != kernel.shape[1] or kernel.shape[0] % 2 == 0:
        raise ValueError(f"wants kernels (k,k) with odd k, found {tuple(kernel.shape)}")
    return kernel.detach().double().cpu()


def _summit(waves: Tensor) -> Tensor:
    """Return the largest value of the cross-correlation: a grid finds the highest hill, Newton steps its summit."""
    side = len(waves)
    frequencies = _frequencies(side)
    grid = torch.arange(side * FINER, dtype=torch.float64) / FINER
    phases = torch.exp(1j * grid[:, None] * frequencies[None, :])
    heights = (phases @ waves @ phases.T).real
    best = heights.max()
    place = torch.stack([grid[index] for index in torch.unravel_index(heights.argmax(), heights.shape)])
    y, x = frequencies[:, None], frequencies[None, :]
    for _ in range(STEPS):
        there = _at(waves, place)
        best = torch.maximum(best, there.real.sum())
        slope = -torch.stack([(y * there.imag).sum(), (x * there.imag).sum()])
        curve = -torch.stack([(u * v * there.real).sum() for u in (y, x) for v in (y, x)]).view(2, 2)
        if torch.linalg.det(curve) <= 0:  # flat: a kernel without a width has no summit to climb to
            break
        place = place - torch.linalg.solve(curve, slope)
    return best


def _at(waves: Tensor, place: Tensor) -> Tensor:
    """Return the waves as they are at ``place`` (y, x), in pixels."""
    frequencies = _frequencies(len(waves))
    turned: Tensor = torch.exp(1j * (frequencies[:, None] * place[0] + frequencies[None, :] * place[1]))
    return waves * turned


def _frequencies(side: int) -> Tensor:
    return torch.fft.fftfreq(side, 1 / math.tau, dtype=torch.float64)
