"""Training against a discriminator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import torch
from torch import nn

import srkit
from srkit.engine.adversary import Adversary
from srkit.engine.fit_adversarial import fit_adversarial
from srkit.engine.generators import seeded
from srkit.engine.rivalry import Rivalry
from srkit.engine.state import TrainState
from srkit.errors import CheckpointError
from srkit.pair import Pair
from srkit.parts import Discriminator, GanLoss, Optimizer, Schedule
from srkit.slots import default
from srkit.training import Place, Recipe, Step

STATES = ("generator", "discriminator", "rivalry")


@srkit.regime("adversarial")
class Adversarial:
    """Train the model by the loss between its SR and HR, and to deceive a discriminator that learns beside it.

    The experiment's ``loss`` holds the pixel and perceptual terms (``weighted``); the regime adds ``weight`` times
    the adversarial term, at the full size alone. Start from weights that a pixel loss has trained (``start``). The
    weights of the last step are kept unless ``train.select`` names a metric: PSNR falls in such a training, and
    would select the weights of its start.

    Args:
        discriminator: The network that learns to tell HR from SR.
        gan: What both networks minimise.
        weight: Factor of the adversarial term.
        optimizer: The optimizer of the discriminator.
        schedule: The schedule of the discriminator's learning rate.
        discriminator_steps: Steps of the discriminator for each step of the model, each on a batch of its own.
        clip: Largest norm of the discriminator's gradient; null does not clip.
        r1: Weight gamma of R1: gamma/2 times the squared norm of the gradient of HR's score; 0 leaves it out.
        r1_every: R1 is computed in every so many steps of the discriminator, and counts as many times.
        won: Stop after so many steps in a row with a discriminator loss below 0.1 % of that of guessing; null
            never does.
        collapse: Stop if the mean of the experiment's loss over 50 steps is more than so many times its lowest;
            null never does.
    """

    select = "last"

    @srkit.limited
    def __init__(
        self,
        model: nn.Module,
        recipe: Recipe,
        steps: int,
        place: Place,
        *,
        discriminator: Discriminator = default("unet"),
        gan: GanLoss = default("vanilla"),
        weight: Annotated[float, srkit.Range(0)] = 0.005,
        optimizer: Optimizer = default("adam"),
        schedule: Schedule = default("cosine"),
        discriminator_steps: Annotated[int, srkit.Range(1)] = 1,
        clip: Annotated[float, srkit.Range(above=0)] | None = None,
        r1: Annotated[float, srkit.Range(0)] = 0.0,
        r1_every: Annotated[int, srkit.Range(1)] = 1,
        won: Annotated[int, srkit.Range(1)] | None = 500,
        collapse: Annotated[float, srkit.Range(above=1)] | None = 5.0,
    ) -> None:
        if recipe.crop is None or recipe.crop[1] != recipe.crop[2]:
            raise ValueError(f"wants the shape (C,H,H) of the HR crops in the recipe, got {recipe.crop}")
        channels, _, patch = recipe.crop
        # from the seed, not from where the generator stands: every process then draws the same weights
        with seeded(place.world.agree(torch.initial_seed())):
            rival = discriminator(channels, patch).to(place.device)
        own = optimizer(list(rival.named_parameters()))
        game = gan()
        self.recipe, self.place, self.weight, self.batches = recipe, place, weight, discriminator_steps
        self.state = TrainState.begin(model, recipe, steps)
        rival_state = TrainState(rival, own, schedule(own, steps * discriminator_steps))
        self.adversary = Adversary(
            rival_state, game, place, r1=r1, r1_every=r1_every, clip=clip, accumulate=recipe.accumulate
        )
        self.rivalry = Rivalry(game.chance, won=won, collapse=collapse, weight=weight)

    @property
    def step(self) -> int:
        """The number of steps of the model that are done."""
        return self.state.step

    @property
    def evaluated(self) -> nn.Module:
        """The model, or the moving average of its weights where the recipe has one."""
        return self.state.evaluated

    @property
    def failure(self) -> str | None:
        """Why the training should stop: the discriminator has won, or the model has collapsed."""
        return self.rivalry.failure

    def fit(self, pair: Callable[[int], Pair], *, until: int) -> Iterator[Step]:
        """Train up to step ``until``, yielding what each step did."""
        return fit_adversarial(
            self.state,
            self.adversary,
            self.rivalry,
            pair,
            self.recipe,
            weight=self.weight,
            batches=self.batches,
            until=until,
            place=self.place,
        )

    def state_dict(self) -> dict[str, Any]:
        """Return the states of both networks, of their optimizers, schedules and average, and of the watch."""
        states = self.state.state_dict(), self.adversary.state_dict(), self.rivalry.state_dict()
        return dict(zip(STATES, states, strict=True))

    def load_state_dict(self, state: Mapping[str, Any], where: str) -> None:
        """Restore ``state``.

        Raises:
            CheckpointError: It belongs to another network, discriminator, optimizer or regime.
        """
        if missing := [name for name in STATES if name not in state]:
            raise CheckpointError(
                f"{where}: wants the state of an adversarial training, found no {', '.join(missing)}"
            )
        self.state.load_state_dict(state["generator"], where)
        self.adversary.load_state_dict(state["discriminator"], where)
        self.rivalry.load_state_dict(state["rivalry"])
