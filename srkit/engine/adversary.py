"""A discriminator in training: it learns to tell HR from SR, and gives the loss of SR that it recognises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from srkit.engine.fit import gradient_norm
from srkit.engine.precision import autocast, products
from srkit.engine.rehearsal import in_pieces, portions
from srkit.engine.state import TrainState
from srkit.parts.gan_loss import COMPARES, GanLossFn
from srkit.training import Place


@dataclass(frozen=True)
class Lesson:
    """What one step of the discriminator gave, by names in the log; detached scalars, equal in all processes."""

    losses: Mapping[str, Tensor]
    rates: Mapping[str, float]
    norms: Mapping[str, Tensor]


class Adversary:
    """A discriminator and its training.

    Where several processes train together, each gives the scores of its own rows to all. The loss is then that of
    the whole batch, relativistic means included, and the gradients are averaged.

    Args:
        state: The discriminator with its optimizer and schedule; its ``step`` counts its own steps.
        loss: What both networks minimise.
        place: Where to compute, and how precisely.
        r1: Weight gamma of R1, gamma / 2 times the mean over the images of HR of the squared norm of the gradient
            of an image's mean score (Mescheder et al. 2018); 0 leaves it out.
        r1_every: R1 is computed in every so many steps, and counts as many times.
        clip: Largest norm of the gradient; None does not clip.
        accumulate: Number of equal pieces that images pass through the discriminator in, to save memory. The loss
            is still that of the scores of the whole batch.
    """

    def __init__(
        self,
        state: TrainState,
        loss: GanLossFn,
        place: Place,
        *,
        r1: float = 0.0,
        r1_every: int = 1,
        clip: float | None = None,
        accumulate: int = 1,
    ) -> None:
        self.state, self.loss, self.place = state, loss, place
        place.world.share_norms(state.model)
        self.r1, self.r1_every, self.clip, self.accumulate = r1, r1_every, clip, accumulate

    def learn(self, prediction: Tensor, high: Tensor) -> Lesson:
        """Take one step on SR, which gets no gradient, and HR: both (N,C,H,W), this process's rows of a batch."""
        state, place = self.state, self.place
        state.model.train()
        real, fake = self._scores(high), self._scores(prediction.detach())
        loss = self.loss.discriminator(real, fake)
        losses = {
            "loss.discriminator": loss.detach(),
            "score.real": real.detach().mean(),
            "score.fake": fake.detach().mean(),
        }
        state.optimizer.zero_grad(set_to_none=True)
        with products(place.device, place.precision):
            loss.backward()  # type: ignore[no-untyped-call]
        if self.r1 and state.step % self.r1_every == 0:
            losses["loss.r1"] = place.world.mean(self._r1(high))
        parameters = list(state.model.parameters())
        place.world.average(parameters)
        norm = gradient_norm(parameters, self.clip)
        rate = float(state.optimizer.param_groups[0]["lr"])
        state.optimizer.step()
        state.schedule.step()
        state.step += 1
        return Lesson(losses, {"lr.discriminator": rate}, {"grad_norm.discriminator": norm})

    def term(self, prediction: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        """Return the generator's loss of SR, a scalar of the whole batch, and its gradient by SR, (N,C,H,W).

        The weights of the discriminator get no gradient from it.
        """
        self.state.model.train()
        real, leaf = None, prediction.detach().requires_grad_()
        with _frozen(self.state.model):
            if COMPARES.of(self.loss):
                with torch.no_grad():
                    real = self._scores(high)
            loss = self.loss.generator(real, self._scores(leaf))
            with products(self.place.device, self.place.precision):
                (gradient,) = torch.autograd.grad(loss, leaf)
        return loss.detach(), gradient

    def _scores(self, images: Tensor) -> Tensor:
        with autocast(self.place.device, self.place.precision):
            scores = in_pieces(self.state.model, images, self.accumulate)
        return self.place.world.joined_rows(scores.float())

    def _r1(self, high: Tensor) -> Tensor:
        """Add the gradient of R1 to the weights; return its mean over this process's images. Both are in fp32."""
        total = high.new_zeros(())
        for piece in portions(self.state.model, high, self.accumulate):
            images = piece.detach().clone().requires_grad_()
            with products(self.place.device, "fp32"):
                scores = self.state.model(images).flatten(1).mean(1).sum()
                (gradient,) = torch.autograd.grad(scores, images, create_graph=True)
                penalty = self.r1 / 2 * gradient.square().flatten(1).sum(1).sum() / len(high)
                (self.r1_every * penalty).backward()  # type: ignore[no-untyped-call]
            total = total + penalty.detach()
        return total

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the discriminator, its buffers included, and of its optimizer and schedule."""
        return self.state.state_dict()

    def load_state_dict(self, state: Mapping[str, Any], where: str) -> None:
        """Restore ``state``.

        Raises:
            CheckpointError: It belongs to another discriminator or optimizer.
        """
        self.state.load_state_dict(state, f"{where}: discriminator")


@contextmanager
def _frozen(network: nn.Module) -> Iterator[None]:
    """Build graphs without gradients of the network's own weights, which are not to learn from them."""
    learnt = [one for one in network.parameters() if one.requires_grad]
    for one in learnt:
        one.requires_grad_(False)
    try:
        yield
    finally:
        for one in learnt:
            one.requires_grad_(True)
