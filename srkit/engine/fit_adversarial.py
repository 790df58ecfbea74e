"""The training loop of a network that is to deceive a discriminator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

import torch
from torch import Tensor

from srkit.engine.accumulate import pieces, whole_prediction
from srkit.engine.adversary import Adversary
from srkit.engine.finite import Finite
from srkit.engine.fit import gradient_norm
from srkit.engine.precision import autocast, products
from srkit.engine.pyramid import Levels, mean_losses
from srkit.engine.rehearsal import rehearsal
from srkit.engine.rivalry import Rivalry
from srkit.engine.state import TrainState
from srkit.errors import TrainingError
from srkit.pair import Pair
from srkit.parts.loss import Balanced, for_batch
from srkit.training import Place, Recipe, Step

OWN = frozenset({"loss.content", "loss.adversarial", "loss.discriminator", "loss.r1"})
"""Names in the log that the terms of the recipe's loss may not have."""


def fit_adversarial(
    state: TrainState,
    adversary: Adversary,
    rivalry: Rivalry,
    pair: Callable[[int], Pair],
    recipe: Recipe,
    *,
    weight: float,
    batches: int,
    until: int,
    place: Place,
) -> Iterator[Step]:
    """Train up to step ``until``, yielding a record after each step.

    A step is ``batches`` steps of the discriminator, each on a batch of its own, then one of the network on the
    last of them. The network minimises the recipe's loss, as in ``srkit.engine.fit``, plus ``weight`` times the
    adversarial term of the full size.

    With ``recipe.accumulate`` above 1 a batch passes through both networks in pieces. The discriminator judges the
    batch as a whole nevertheless: SR of all pieces is made first, without a gradient, and every piece once more
    when the gradient of its scores is known. Random numbers are the same both times.

    Random numbers, resume and errors are as for ``srkit.engine.fit.fit``.

    Args:
        state: The network; changed in place.
        adversary: The discriminator; changed in place.
        rivalry: Is told the losses of every step.
        pair: Returns this process's rows of a batch by its number, ``step * batches`` and on.
        recipe: How the network is trained.
        weight: Weight of the adversarial term.
        batches: Steps of the discriminator in a step.
        until: The step to stop after.
        place: Where to compute, and how precisely.

    Raises:
        TrainingError: A loss or a norm is not finite, or a term of the loss has a name that the log needs.
    """
    network = Levels(state.model, every=recipe.pyramid == "all")
    if place.compile:
        network.compile()
    parallel = place.world.parallel(network)
    parameters = list(state.model.parameters())
    finite = Finite(place.device)
    while state.step < until:
        parallel.train()  # the caller may have switched the network to evaluation mode
        number = state.step * batches
        for one in range(number, number + batches - 1):
            batch = pair(one)
            adversary.learn(whole_prediction(parallel, batch, recipe.accumulate, place), batch.high)
        batch = pair(number + batches - 1)
        made: list[Tensor] | None = None
        if recipe.accumulate == 1:
            with autocast(place.device, place.precision):
                made = parallel(batch.low)
            prediction = made[-1].detach().float()
        else:
            with rehearsal(state.model, place.device):
                prediction = whole_prediction(parallel, batch, recipe.accumulate, place)
        if state.step == 0 and isinstance(recipe.loss, Balanced):
            whole_loss = cast("Balanced", for_batch(recipe.loss, place.world.whole(batch.low)))
            whole_loss.balance(place.world.whole(prediction), place.world.whole(batch.high))
        lesson = adversary.learn(prediction, batch.high)
        term, gradient = adversary.term(prediction, batch.high)
        state.optimizer.zero_grad(set_to_none=True)
        content: dict[str, Tensor] = {}
        for piece, slope in zip(pieces(batch, recipe.accumulate), gradient.chunk(recipe.accumulate), strict=True):
            with autocast(place.device, place.precision):
                predictions = made or parallel(piece.low)
            with products(place.device, place.precision):
                parts = mean_losses(predictions, piece.high, for_batch(recipe.loss, piece.low))
                adversarial = weight * (predictions[-1].float() * slope).sum()
                (parts["loss"] / recipe.accumulate + adversarial).backward()  # type: ignore[no-untyped-call]
            for name, value in parts.items():
                content[name] = content.get(name, 0) + value.detach() / recipe.accumulate
        terms = {**_named(content), "loss.adversarial": weight * term}
        losses = {name: place.world.mean(value) for name, value in terms.items()}
        done = Step(
            state.step + 1,
            {"loss": torch.stack(list(losses.values())).sum(), **losses, **lesson.losses},
            {"lr": float(state.optimizer.param_groups[0]["lr"]), **lesson.rates},
            {"grad_norm": gradient_norm(parameters, recipe.clip), **lesson.norms},
            batch.names,
        )
        finite.watch(done)
        state.optimizer.step()
        state.schedule.step()
        if state.ema is not None:
            state.ema.update(state.model)
        state.step += 1
        rivalry.watch(state.step, lesson.losses["loss.discriminator"], place.world.mean(content["loss"]))
        yield done
    finite.settle()


def _named(content: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the recipe's losses by their names in the log: its terms, or ``loss.content`` where it has none.

    Raises:
        TrainingError: A term has a name that the log needs.
    """
    terms = {name: value for name, value in content.items() if name != "loss"}
    if taken := sorted(OWN & terms.keys()):
        name = taken[0].partition(".")[2]
        raise TrainingError(
            f"loss.terms.{name}: wants a name that an adversarial training does not log itself, got {name!r}; "
            "rename the term"
        )
    return terms or {"loss.content": content["loss"]}
