"""A kernel that is known already."""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import srkit
from srkit.degrading.kernels import centred, normalised
from srkit.degrading.moments import Moments
from srkit.draws import Draws

CLOSE = 0.01
"""Largest distance, in pixels, of a centre of mass from where it is to lie."""


@srkit.estimator("stored")
class Stored:
    """The kernel of a file, whatever the image: one that ``srkit estimate`` wrote, or that was measured.

    It is divided by its sum.

    Args:
        file: A .npy file with a kernel (k,k), k odd; or a .npz file with kernels by name, such as that of
            ``srkit degrade``.
        image: The name of the kernel in a .npz file.
        align: Whether the centre of mass is moved to (scale-1)/2 pixels beyond the middle, where SR does not move
            the image; for kernels without negative values.
    """

    def __init__(self, scale: int, *, file: Path, image: str | None = None, align: bool = False) -> None:
        kernel = _read(file, image)
        if kernel.ndim != 2 or kernel.shape[0] != kernel.shape[1] or kernel.shape[0] % 2 == 0:
            raise ValueError(f"file: {file}: wants a kernel (k,k) with odd k, found shape {kernel.shape}")
        if not np.isfinite(kernel).all() or kernel.sum() <= 0:
            raise ValueError(
                f"file: {file}: wants finite numbers with a positive sum, found the sum {kernel.sum():g}"
            )
        kernels = normalised(kernel[None])
        if align:
            if kernels.min() < 0:
                raise ValueError(
                    f"align: wants a kernel without negative values, found {kernels.min():.2g} in {file}"
                )
            kernels = _aligned(kernels, (scale - 1) / 2, file)
        self.kernel = torch.from_numpy(kernels)

    def __call__(self, _low: Tensor, _draws: Draws) -> Tensor:
        """Return the kernel (1,k,k), in float64 on the CPU."""
        return self.kernel.clone()


def _aligned(kernels: NDArray[np.float64], shift: float, file: Path) -> NDArray[np.float64]:
    """Return kernels (1,k,k) with their centre of mass ``shift`` pixels beyond the middle.

    Raises:
        ValueError: The values that are not 0 do not reach so far.
    """
    moved = normalised(centred(kernels, (kernels.shape[-1] - 1) / 2 + shift))
    moments = Moments.of(moved[0])
    if max(abs(moments.right - shift), abs(moments.down - shift)) > CLOSE:
        raise ValueError(
            f"align: wants {file} to be moved by {shift:g} pixels, but its values other than 0 reach no farther; "
            "move it beforehand"
        )
    return moved


def _read(file: Path, image: str | None) -> NDArray[np.float64]:
    """Return the array of a .npy file, or the named one of a .npz file.

    Raises:
        ValueError: There is no such file, or it holds no arrays, or not the named one.
    """
    try:
        found = np.load(file, allow_pickle=False)
    except OSError as error:
        raise ValueError(
            f"file: {file}: cannot be read: {error.strerror or error}; srkit estimate writes such a file"
        ) from None
    except (ValueError, EOFError, BadZipFile) as error:
        raise ValueError(f"file: {file}: wants a .npy or .npz file of numbers: {error}") from None
    if isinstance(found, np.ndarray):
        if image is not None:
            raise ValueError(
                f"image: names one of several kernels in a .npz file, but {file} holds one; leave it out"
            )
        return found.astype(np.float64)
    with found:
        if "names" in found.files:  # as srkit.records.kernels writes them
            names = {str(name): f"kernel_{index}" for index, name in enumerate(found["names"])}
        else:
            names = {name: name for name in found.files}
        if image is None and len(names) == 1:
            (image,) = names
        if image not in names:
            some = ", ".join(list(names)[:5]) + (", ..." if len(names) > 5 else "")
            wanted = "the name of one of its kernels" if image is None else repr(image)
            raise ValueError(f"image: wants {wanted}, found {some} in {file}")
        kernel: NDArray[np.float64] = found[names[image]].astype(np.float64)
        return kernel
