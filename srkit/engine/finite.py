"""A guard against a loss or a gradient that is not finite."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from srkit.errors import TrainingError
from srkit.training import Step


class Finite:
    """Stops a training whose loss, or gradient, is no longer finite.

    On a CPU the loss is checked before the step is taken, so the weights stay those of the
    step before. On a CUDA device such a check would wait for all work that is queued there,
    so the number is copied as soon as it is known and read one step later;
    ``TrainState.state_dict`` refuses to save weights that were damaged in between.
    """

    def __init__(self, device: torch.device) -> None:
        self.late = device.type == "cuda"
        self._sent: tuple[Step, Tensor, torch.cuda.Event] | None = None

    def watch(self, step: Step) -> None:
        """Check the numbers of ``step``; on CUDA copy them, and check those of the step before.

        Raises:
            TrainingError: A number is not finite; the message names the step, its images and its learning rates.
        """
        if not self.late:
            _judge(step, _numbers(step))
            return
        here = _numbers(step).to("cpu", non_blocking=True)
        arrived = torch.cuda.current_stream(next(iter(step.losses.values())).device).record_event()
        self.settle()
        self._sent = step, here, arrived

    def settle(self) -> None:
        """Check the numbers that are still being copied."""
        if self._sent is not None:
            (step, here, arrived), self._sent = self._sent, None
            arrived.synchronize()
            _judge(step, here)


def _numbers(step: Step) -> Tensor:
    return torch.stack([*step.losses.values(), *step.norms.values()])


def _judge(step: Step, numbers: Tensor) -> None:
    if numbers.isfinite().all():
        return
    named = zip([*step.losses, *step.norms], numbers.tolist(), strict=True)
    name, value = next((name, value) for name, value in named if not math.isfinite(value))
    wanted = f"a finite {name}, got {value}"
    shown = ", ".join(dict.fromkeys(step.names[:4])) + (", ..." if len(step.names) > 4 else "")
    rates = ", ".join(f"{rate_name} {rate:.3g}" for rate_name, rate in step.rates.items())
    raise TrainingError(
        f"step {step.step}: wants {wanted} with {rates} on crops of {shown}; "
        "try a lower lr, a warmup, train.clip=1 or train.precision=fp32"
    )
