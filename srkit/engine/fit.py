"""The training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

from torch import Tensor, nn

from srkit.engine.accumulate import backward, whole_prediction
from srkit.engine.finite import Finite
from srkit.engine.pyramid import Levels
from srkit.engine.state import TrainState
from srkit.pair import Pair
from srkit.parts.loss import Balanced, for_batch
from srkit.training import ON_CPU, Place, Recipe, Step


def fit(
    state: TrainState, pair: Callable[[int], Pair], recipe: Recipe, *, until: int, place: Place = ON_CPU
) -> Iterator[Step]:
    """Train up to step ``until``, yielding a record after each step.

    All random numbers must come from ``pair`` or from torch's own generators: with both restored, a
    training that resumes from ``state`` gives bit-equal weights on a CPU in fp32.

    Args:
        state: Changed in place; its ``step`` counts the steps that are done.
        pair: Returns this process's rows of the batch of a step, on the device of the model.
        recipe: The loss is computed in float32. With a pyramid, it is the mean over the levels; the target of a
            level is HR shrunk by bicubic. A loss that balances its terms does so before step 1, on the
            full-size prediction of the whole batch. A batch is computed in ``recipe.accumulate`` pieces.
        until: The step to stop after.
        place: Where to compute, and how precisely.

    Raises:
        TrainingError: The loss, or the norm of the gradient, is not a finite number (names step, images and
            learning rate); or the batch cannot be divided into pieces.
    """
    network = Levels(state.model, every=recipe.pyramid == "all")
    if place.compile:
        network.compile()
    parallel = place.world.parallel(network)
    parameters = list(state.model.parameters())
    finite = Finite(place.device)
    while state.step < until:
        parallel.train()  # the caller may have switched the network to evaluation mode
        batch = pair(state.step)
        if state.step == 0 and isinstance(recipe.loss, Balanced):
            prediction = whole_prediction(parallel, batch, recipe.accumulate, place)
            whole_loss = for_batch(recipe.loss, place.world.whole(batch.low))
            cast("Balanced", whole_loss).balance(place.world.whole(prediction), place.world.whole(batch.high))
        state.optimizer.zero_grad(set_to_none=True)
        losses = backward(parallel, batch, recipe.loss, recipe.accumulate, place)
        done = Step(
            state.step + 1,
            {name: place.world.mean(value) for name, value in losses.items()},
            {"lr": float(state.optimizer.param_groups[0]["lr"])},
            {"grad_norm": gradient_norm(parameters, recipe.clip)},
            batch.names,
        )
        finite.watch(done)
        state.optimizer.step()
        state.schedule.step()
        if state.ema is not None:
            state.ema.update(state.model)
        state.step += 1
        yield done
    finite.settle()


def gradient_norm(parameters: list[nn.Parameter], clip: float | None) -> Tensor:
    """Return the norm of the whole gradient before it is clipped to ``clip``; None does not clip."""
    if clip is not None:
        return nn.utils.clip_grad_norm_(parameters, clip).detach()
    return nn.utils.get_total_norm([one.grad for one in parameters if one.grad is not None]).detach()
