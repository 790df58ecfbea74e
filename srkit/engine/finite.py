"""The guard against a loss that is no longer a number."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from srkit.errors import TrainingError


@dataclass(frozen=True)
class Step:
    """What one step did. Its tensors are detached: reading one as a number waits for the device.

    ``grad_norm`` is the norm of the whole gradient before it was clipped; None where nobody measured it.
    """

    step: int
    loss: Tensor
    lr: float
    names: tuple[str, ...]
    grad_norm: Tensor | None = None


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
        arrived = torch.cuda.current_stream(step.loss.device).record_event()
        self.settle()
        self._sent = step, here, arrived

    def settle(self) -> None:
        """Look at what is still on its way."""
        if self._sent is not None:
            (step, here, arrived), self._sent = self._sent, None
            arrived.synchronize()
            _judge(step, here)


def _numbers(step: Step) -> Tensor:
    return step.loss[None] if step.grad_norm is None else torch.stack([step.loss, step.grad_norm])


def _judge(step: Step, numbers: Tensor) -> None:
    if numbers.isfinite().all():
        return
    loss, *norm = numbers.tolist()
    wanted = (
        f"a finite gradient, got one of norm {norm[0]}" if math.isfinite(loss) else f"a finite loss, got {loss}"
    )
    shown = ", ".join(dict.fromkeys(step.names[:4])) + (", ..." if len(step.names) > 4 else "")
    raise TrainingError(
        f"step {step.step}: wants {wanted} with lr {step.lr:.3g} on crops of {shown}; "
        "try a lower lr, a warmup, train.clip=1 or train.precision=fp32"
    )
