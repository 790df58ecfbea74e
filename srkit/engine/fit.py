"""The training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from srkit.engine.precision import Precision, autocast
from srkit.engine.state import TrainState
from srkit.errors import TrainingError
from srkit.image.resize import resize
from srkit.slots import LossFn, Pair, Pyramid


@dataclass(frozen=True)
class Step:
    """What one step did. ``loss`` is a detached tensor: reading it as a number waits for the device."""

    step: int
    loss: Tensor
    lr: float
    names: tuple[str, ...]


def fit(
    state: TrainState,
    pair: Callable[[int], Pair],
    loss: LossFn,
    *,
    until: int,
    precision: Precision = "fp32",
    clip: float | None = None,
    pyramid: str = "all",
) -> Iterator[Step]:
    """Train up to step ``until``, yielding a record after each step.

    Args:
        state: Changed in place; its ``step`` counts the steps that are done.
        pair: The batch of a step, on the device of the model.
        loss: What is minimised; computed in float32. With a pyramid, the mean over its levels.
        until: The step to stop after.
        precision: Number format of the forward and backward pass.
        clip: Largest norm of the gradient; None does not clip.
        pyramid: "all" gives every level of a pyramid its loss, its target being HR shrunk by
            bicubic; "last" only the full size.

    Raises:
        TrainingError: The loss is not a finite number; names step, images and learning rate.
    """
    device = next(state.model.parameters()).device
    while state.step < until:
        state.model.train()
        low, high, names = pair(state.step)
        with autocast(device, precision):
            predictions = _predict(state.model, low, pyramid)
        value = _loss(predictions, high, loss)
        state.optimizer.zero_grad(set_to_none=True)
        value.backward()  # type: ignore[no-untyped-call]
        lr = float(state.optimizer.param_groups[0]["lr"])
        _refuse_nonsense(value, state.step, names, lr)
        if clip is not None:
            nn.utils.clip_grad_norm_(state.model.parameters(), clip)
        state.optimizer.step()
        state.schedule.step()
        if state.ema is not None:
            state.ema.update(state.model)
        state.step += 1
        yield Step(state.step, value.detach(), lr, names)


def _predict(model: nn.Module, low: Tensor, pyramid: str) -> Sequence[Tensor]:
    if pyramid == "all" and isinstance(model, Pyramid):
        return model.pyramid(low)
    return [model(low)]


def _loss(predictions: Sequence[Tensor], high: Tensor, loss: LossFn) -> Tensor:
    total = high.new_zeros(())
    for prediction in predictions:
        size = prediction.shape[-2], prediction.shape[-1]
        target = high if size == high.shape[-2:] else resize(high, size=size)
        total = total + loss(prediction.float(), target)
    return total / len(predictions)


def _refuse_nonsense(value: Tensor, step: int, names: tuple[str, ...], lr: float) -> None:
    """Stop before the step is taken: the weights are still those of the step before."""
    if not torch.isfinite(value):
        shown = ", ".join(dict.fromkeys(names[:4])) + (", ..." if len(names) > 4 else "")
        raise TrainingError(
            f"step {step + 1}: wants a finite loss, got {value.item()} with lr {lr:.3g} on crops of {shown}; "
            "try a lower lr, a warmup, train.clip=1 or train.precision=fp32"
        )
