"""The blur kernels of photographs, in files."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from srkit.atomic import whole
from srkit.degrading.moments import Moments
from srkit.errors import ImageError, SrkitError
from srkit.image.convert import to_tensor
from srkit.image.matlab import write_matrix
from srkit.image.photo import read_photo
from srkit.network.per_image import learning
from srkit.parts.estimator import EstimatorFn
from srkit.parts.method import LEAST
from srkit.photographs.job import Job
from srkit.photographs.kernel_picture import kernel_picture
from srkit.records.estimate import EstimateFile

SUFFIX = ".kernel.npy"
"""What the names of kernels end in: no other command writes files with such names."""


@dataclass(frozen=True)
class Estimating:
    """How kernels are estimated and written.

    Args:
        estimator: Built for the scale.
        settings: The estimator with every option, for the record.
        scale: HR over the image.
        bicubic: The kernel (k,k) of bicubic, which the picture shows for comparison.
        seed: Of the estimator.
        device: Where it computes.
        matlab: Whether a .mat file is written as well, with the variable that KernelGAN's code uses, ``Kernel``.
    """

    estimator: EstimatorFn
    settings: Mapping[str, Any]
    scale: int
    bicubic: NDArray[np.float64]
    seed: int
    device: torch.device
    matlab: bool = False

    def files(self, job: Job) -> list[Path]:
        """Return the files of a photograph, the kernel last: where it is, the others are, too."""
        suffixes = [".json", ".png", *([".mat"] if self.matlab else [])]
        return [*(job.target.with_suffix(suffix) for suffix in suffixes), job.target]


def existing_files(jobs: Sequence[Job], how: Estimating) -> list[Job]:
    """Return a job for every file that exists already."""
    return [Job(job.source, file) for job in jobs for file in how.files(job) if file.exists()]


def estimate_kernel(job: Job, how: Estimating) -> Iterator[float]:
    """Estimate the kernel of ``job.source`` and write ``job.target`` (.npy) with the files beside it.

    The share that is done is yielded: 0, then 1.

    Raises:
        ImageError: The image cannot be read, is too small, or says nothing of its kernel.
    """
    pixels = read_photo(job.source).pixels
    image = to_tensor(pixels[..., : 3 if pixels.shape[2] >= 3 else 1])  # without its transparency
    height, width = image.shape[-2:]
    least = LEAST.of(how.estimator)
    if min(height, width) < least:
        raise ImageError(
            f"{job.source}: wants {least} x {least} pixels or more, found {width} x {height}; "
            "smaller images say too little of their kernel"
        )
    yield 0.0
    before = time.monotonic()
    try:
        found = learning(how.estimator, image.to(how.device), "estimator", how.seed)
    except SrkitError as error:  # an estimator does not know the name of its image
        raise ImageError(f"{job.source}: {error}") from None
    seconds = time.monotonic() - before
    kernel = found[0].double().cpu().numpy()
    moments = Moments.of(kernel)
    job.target.parent.mkdir(parents=True, exist_ok=True)
    record = EstimateFile(
        source=str(job.source),
        size=(width, height),
        scale=how.scale,
        estimator=how.settings,
        seed=how.seed,
        side=len(kernel),
        centre=(round(moments.right, 4), round(moments.down, 4)),
        widths=(round(moments.long, 4), round(moments.short, 4)),
        angle=round(moments.angle, 2),
        seconds=round(seconds, 2),
    )
    record.write(job.target.with_suffix(".json"))
    with whole(job.target.with_suffix(".png")) as temporary:
        title = f"{job.source.name}, x{how.scale}, {how.settings['use']}"
        temporary.write_bytes(kernel_picture(kernel, how.bicubic, title))
    if how.matlab:
        write_matrix(job.target.with_suffix(".mat"), "Kernel", kernel)
    with whole(job.target) as temporary, open(temporary, "wb") as file:
        np.save(file, kernel)
    yield 1.0
