"""How near an estimated blur kernel comes to the true one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from srkit.data.examples import examples
from srkit.degrading.compare import Align, kernel_psnr, relative_error
from srkit.errors import SrkitError
from srkit.network.per_image import learning
from srkit.parts.dataset import ImageSet
from srkit.parts.degradation import DegradationFn
from srkit.parts.estimator import EstimatorFn
from srkit.parts.method import LEAST


@dataclass(frozen=True)
class KernelScore:
    """How near an estimated kernel comes to the true one.

    Attributes:
        name: The image.
        error: As ``srkit.degrading.compare.relative_error`` gives it: 0 is perfect, 1 as bad as nothing.
        psnr: In dB, as ``srkit.degrading.compare.kernel_psnr`` gives it.
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
    align: Align = "best",
    seed: int = 0,
    device: torch.device | None = None,
) -> Iterator[KernelScore]:
    """Yield how near the estimated kernel of every image comes to the one that made its LR.

    Args:
        estimator: Built for the scale.
        images: HR alone.
        degradation: Makes LR of HR, and says its kernels.
        scale: How many times larger HR is.
        align: How the kernels are laid upon each other before they are compared.
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
        # the name of the image is no part of its random numbers: a folder's order and names change nothing
        found = learning(estimator, example.low.to(device or torch.device("cpu")), "estimator", seed)
        yield KernelScore(
            example.name,
            relative_error(found[0], true[0], align=align),
            kernel_psnr(found[0], true[0], align=align),
        )
