"""A regime of a plugin: a critic is trained beside the model, by an optimizer of its own."""

from __future__ import annotations

import torch
from torch import nn

import srkit
from srkit.engine.finite import Finite
from srkit.engine.fit import gradient_norm
from srkit.engine.state import TrainState
from srkit.training import Step


@srkit.regime("two_networks")
class TwoNetworks:
    """The model is also trained to deceive a critic, which learns to tell SR from HR.

    Args:
        weight: Weight of the critic's term beside the loss.
    """

    watch = True  # a test tries what happens if a regime does not look at its losses

    def __init__(self, model, recipe, steps, place, *, weight: float = 0.01) -> None:
        self.recipe, self.place, self.weight = recipe, place, weight
        self.state = TrainState.begin(model, recipe, steps)
        channels = next(parameter for parameter in model.parameters() if parameter.ndim == 4).shape[1]
        self.critic = nn.Sequential(nn.Conv2d(channels, 4, 3), nn.LeakyReLU(0.2), nn.Conv2d(4, 1, 3)).to(
            place.device
        )
        self.critic_optimizer = torch.optim.SGD(self.critic.parameters(), lr=0.01)

    @property
    def step(self):
        return self.state.step

    @property
    def evaluated(self):
        return self.state.evaluated

    def fit(self, pair, *, until):
        state, finite = self.state, Finite(self.place.device)
        model, critic = (self.place.world.parallel(one) for one in (state.model, self.critic))
        while state.step < until:
            model.train()
            low, high, names = pair(state.step)
            prediction = model(low)
            opinion = critic(prediction.detach()).mean() - critic(high).mean()
            self.critic_optimizer.zero_grad()
            opinion.backward()
            term = -self.weight * self.critic(prediction).mean()
            loss = self.recipe.loss(prediction, high) + term
            state.optimizer.zero_grad()
            loss.backward()
            done = Step(
                state.step + 1,
                {"loss": loss.detach(), "loss.critic": opinion.detach(), "loss.term": term.detach()},
                {"lr": state.optimizer.param_groups[0]["lr"], "lr.critic": 0.01},
                {"grad_norm": gradient_norm(list(model.parameters()), self.recipe.clip)},
                names,
            )
            if self.watch:
                finite.watch(done)
            self.critic_optimizer.step()
            state.optimizer.step()
            state.schedule.step()
            if state.ema is not None:
                state.ema.update(state.model)
            state.step += 1
            yield done
        finite.settle()

    def state_dict(self):
        optimizer = self.critic_optimizer.state_dict()
        return {"model": self.state.state_dict(), "critic": self.critic.state_dict(), "optimizer": optimizer}

    def load_state_dict(self, state, where):
        self.state.load_state_dict(state["model"], where)
        self.critic.load_state_dict(state["critic"])
        self.critic_optimizer.load_state_dict(state["optimizer"])
