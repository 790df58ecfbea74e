"""Stopping a training whose network has become worse than interpolation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from srkit.errors import TrainingError

UNGUARDED = 100
"""First steps, in which a network may be worse than ``train.guard`` allows, since it starts from scratch."""


def collapsed(
    step: int, psnr: float, bicubic_psnr: Callable[[], float], guard: float, folder: Path
) -> TrainingError | None:
    """Return the error that stops the training, or None where the network is good enough.

    Args:
        step: The step that was validated.
        psnr: Its mean PSNR over the validation images, in dB.
        bicubic_psnr: Measures the mean PSNR of bicubic over them, in dB; it is only called if needed.
        guard: How far below bicubic the network may be, in dB.
        folder: The folder of the run.
    """
    if step < UNGUARDED:
        return None
    bicubic = bicubic_psnr()
    if psnr >= bicubic - guard:
        return None
    return TrainingError(
        f"step {step}: wants a validation PSNR above {bicubic - guard:.2f} dB, bicubic's {bicubic:.2f} less "
        f"train.guard={guard:g}, found {psnr:.2f}; a learning rate that is too high, a loss without a pixel "
        "term, or a term that dominates it can cause this: lower the rate, balance the term against a pixel loss "
        "(loss: weighted), start from weights that a pixel loss has trained (start), or give train.guard=null; "
        f"the weights and the state of this step stay in {folder}"
    )
