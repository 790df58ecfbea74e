"""The guard against a loss that is no longer a number."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from srkit.errors import TrainingError
from srkit.training import Step


class Finite:
    """Stops a training whose loss, or gradient, is no longer finite.

    A CPU's loss is looked at before the step is taken, so the weights stay those of the
    step before. Looking at a CUDA device's loss would wait for all that is queued on it,
    so there the number is sent over as soon as it is known and read one step later;
    ``TrainState.state_dict`` sees to it that what went wrong meanwhile is never saved.
    """

    def __init__(self, device: torch.device) -> None:
        self.late = device.type == "cuda"
        self._sent: tuple[Step, Tensor, torch.cuda.Event] | None = None

    def watch(self, step: Step) -> None:
        """Look at ``step``, or send its numbers over and look at the one before.

        Raises:
            TrainingError: They are not finite; names the step, its images and its learning rate.
        """
        if not self.late:
            _judge(step, _numbers(step))
            return
        here = _numbers(step).to("cpu", non_blocking=True)
        arrived = torch.cuda.current_stream(next(iter(step.losses.values())).device).record_event()
        self.settle()
        self._sent = step, here, arrived

    def settle(self) -> None:
        """Look at what is still on its way."""
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
