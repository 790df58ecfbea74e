"""The progress of a training, which a checkpoint keeps beside the state of the regime."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass
class TrainingProgress:
    """The progress of a training, and its best weights so far.

    Attributes:
        steps: The number of steps that are planned.
        seconds: Training time so far in seconds, validations included.
        best: The mean over the validation images by which the kept weights were chosen; NaN before the first.
        best_step: The step of the kept weights; -1 before the first.
        without_better: Number of validations since then.
        finished: Whether the last step has been taken and validated.
        validated: The step of the last validation; -1 before the first.
        psnr: The mean PSNR of that validation in dB.
    """

    steps: int
    seconds: float = 0.0
    best: float = math.nan
    best_step: int = -1
    without_better: int = 0
    finished: bool = False
    validated: int = -1
    psnr: float = math.inf

    def measured(self, step: int, psnr: float, value: float, *, better: bool) -> None:
        """Record a validation at ``step``, whose weights are kept if they are ``better``.

        Args:
            step: The step that was validated.
            psnr: Its mean PSNR in dB.
            value: Its mean of the metric that chooses the weights.
            better: Whether its weights are the best so far.
        """
        self.validated, self.psnr = step, psnr
        if better:
            self.best, self.best_step, self.without_better = value, step, 0
        else:
            self.without_better += 1
