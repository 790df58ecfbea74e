"""The training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from torch import Tensor, nn

from srkit.engine import distributed
from srkit.engine.finite import Finite, Step
from srkit.engine.precision import Precision, autocast, products
from srkit.engine.pyramid import Levels, mean_loss
from srkit.engine.state import TrainState
from srkit.slots import Balanced, LossFn, Pair


def fit(
    state: TrainState,
    pair: Callable[[int], Pair],
    loss: LossFn,
    *,
    until: int,
    precision: Precision = "fp32",
    clip: float | None = None,
    pyramid: Literal["all", "last"] = "all",
    compile: bool = False,
) -> Iterator[Step]:
    """Train up to step ``until``, yielding a record after each step.

    Whatever is random must come from ``pair`` or from torch's own generators: both are where
    they were when a training goes on from ``state``, so on a CPU in fp32 it ends bit-equal.
    Within ``distributed.together`` every process takes its share of each batch.

    Args:
        state: Changed in place; its ``step`` counts the steps that are done.
        pair: The batch of a step, on the device of the model.
        loss: What is minimised; computed in float32. With a pyramid, the mean over its levels.
            Where it balances itself, it does so before step 1, on the full-size prediction.
        until: The step to stop after.
        precision: Number format of the forward and backward pass.
        clip: Largest norm of the gradient; None does not clip.
        pyramid: "all" gives every level of a pyramid its loss, its target being HR shrunk by
            bicubic; "last" only the full size.
        compile: Pass the network through torch.compile.

    Raises:
        TrainingError: The loss, or the norm of the gradient, is not a finite number;
            names step, images and learning rate.
    """
    network = Levels(state.model, every=pyramid == "all")
    if compile:
        network.compile()
    parallel = distributed.parallel(network)
    parameters = list(state.model.parameters())
    device = parameters[0].device
    finite = Finite(device)
    while state.step < until:
        parallel.train()  # whoever looks at a step may have evaluated the network
        low, high, names = distributed.share(pair(state.step))
        with autocast(device, precision):
            predictions = parallel(low)
        if state.step == 0 and isinstance(loss, Balanced):
            loss.balance(predictions[-1].detach().float(), high)
        value = mean_loss(predictions, high, loss)
        state.optimizer.zero_grad(set_to_none=True)
        with products(device, precision):
            value.backward()  # type: ignore[no-untyped-call]
        norm = _norm(parameters, clip)
        lr = float(state.optimizer.param_groups[0]["lr"])
        done = Step(state.step + 1, distributed.mean(value.detach()), lr, names, norm)
        finite.watch(done)
        state.optimizer.step()
        state.schedule.step()
        if state.ema is not None:
            state.ema.update(state.model)
        state.step += 1
        yield done
    finite.settle()


def _norm(parameters: list[nn.Parameter], clip: float | None) -> Tensor:
    """Return the norm of the whole gradient, which is then clipped to ``clip``; None leaves it as it is."""
    if clip is not None:
        return nn.utils.clip_grad_norm_(parameters, clip).detach()
    return nn.utils.get_total_norm([one.grad for one in parameters if one.grad is not None]).detach()
