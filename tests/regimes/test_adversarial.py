"""The adversarial regime in two processes, and with the weights that it draws."""

import os
import socket
import subprocess
import sys

import pytest
import torch
from torch import nn

from srkit.gan_losses.vanilla import Vanilla
from srkit.regimes.adversarial import Adversarial
from srkit.training import ON_CPU, Recipe

TRAIN = """
import os, sys, torch
from torch import nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import LambdaLR
from srkit.discriminators.vgg128 import VGG128
from srkit.gan_losses.relativistic import Relativistic
from srkit.losses.l1 import L1
from srkit.pair import Pair
from srkit.regimes.adversarial import Adversarial
from srkit.training import Place, Recipe
from srkit.world import joined

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
    def forward(self, x):
        return F.pixel_shuffle(self.conv(x), 2)

def pair(number):
    low = torch.rand(4, 1, 8, 8, generator=torch.Generator().manual_seed(number))
    return Pair(low, F.interpolate(low, scale_factor=2, mode="bilinear"), ("a", "b", "c", "d"))

torch.set_num_threads(1)
torch.manual_seed(0)
model = Net()
adam = lambda named: torch.optim.Adam(named, lr=0.01)
sgd = lambda named: torch.optim.SGD(dict(named).values(), lr=0.1)  # Adam enlarges rounding
falling = lambda optimizer, _: LambdaLR(optimizer, lambda step: 0.9**step)
device = torch.device("cpu")
with joined() as world:
    rows = world.rows(4)
    own = lambda number: Pair(*(part[rows] for part in pair(number)))
    torch.manual_seed(7 + world.rank)  # as a run seeds its processes
    training = Adversarial(
        model, Recipe(L1(), adam, falling, clip=0.1, ema=0.9, crop=(1, 16, 16)), 6, Place(device, world=world),
        discriminator=lambda *wired: VGG128(*wired, features=2, levels=3, hidden=4, norm="spectral"),
        gan=Relativistic, weight=0.1, optimizer=sgd, schedule=falling, discriminator_steps=2, r1=1.0, r1_every=3,
    )
    numbers = [step.numbers for step in training.fit(own, until=6)]
    torch.save({"state": training.state_dict(), "numbers": numbers}, f"{sys.argv[1]}.{world.rank}")
"""


@pytest.fixture
def fitted(tmp_path):
    def fitted(size):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        common = {**os.environ, "WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
        words = [sys.executable, "-W", "ignore", "-c", TRAIN, str(tmp_path / str(size))]
        running = [subprocess.Popen(words, env={**common, "RANK": str(rank)}) for rank in range(size)]
        assert [process.wait(timeout=100) for process in running] == [0] * size
        return [torch.load(tmp_path / f"{size}.{rank}", weights_only=True) for rank in range(size)]

    return fitted


def tensors(state):
    """Return the tensors of a state by their places in it."""
    if isinstance(state, dict):
        return {f"{name}.{more}": one for name, part in state.items() for more, one in tensors(part).items()}
    return {"": state} if isinstance(state, torch.Tensor) else {}


@pytest.mark.slow
def test_two_processes_take_the_step_of_one(fitted):
    """Both networks, with a loss that compares means over the batch, with R1 and with spectral normalisation."""
    (alone,), (first, second) = fitted(1), fitted(2)
    for one, other in zip(alone["numbers"], first["numbers"], strict=True):
        assert other == pytest.approx(one, rel=1e-3, abs=1e-5)
    assert first["numbers"] == second["numbers"]
    one, other, third = (tensors(run["state"]) for run in (alone, first, second))
    assert any("discriminator" in name for name in one)
    for name in one:
        torch.testing.assert_close(one[name], other[name], atol=1e-4, rtol=1e-3)
        assert torch.equal(other[name], third[name]), name


def regime(**options):
    parts = {"discriminator": lambda channels, _: nn.Conv2d(channels, 1, 3), "gan": Vanilla}
    parts |= {"optimizer": lambda named: torch.optim.SGD(dict(named).values()), "schedule": lambda one, _: one}
    recipe = Recipe(
        nn.functional.l1_loss, parts["optimizer"], parts["schedule"], crop=options.pop("crop", (1, 8, 8))
    )
    return Adversarial(nn.Conv2d(1, 1, 3), recipe, 1, ON_CPU, **{**parts, **options})


def test_the_discriminator_is_drawn_from_the_seed_alone_and_leaves_the_generator_as_it_was():
    weights = []
    for drawn in (0, 5):
        torch.manual_seed(3)
        torch.rand(drawn)
        before = torch.get_rng_state()
        model = nn.Conv2d(1, 1, 3)
        after = torch.get_rng_state()
        torch.set_rng_state(before)
        weights.append(regime().adversary.state.model.weight.detach())
        assert torch.equal(torch.get_rng_state(), after)  # as if the model alone had been drawn
        del model
    assert torch.equal(*weights)


def test_a_recipe_that_does_not_say_how_large_its_crops_are_is_refused():
    with pytest.raises(ValueError, match=r"^wants the shape \(C,H,H\) of the HR crops in the recipe, got None$"):
        regime(crop=None)


def test_the_discriminator_is_told_channels_and_patch():
    told = []
    regime(crop=(3, 24, 24), discriminator=lambda *wired: told.append(wired) or nn.Conv2d(3, 1, 3))
    assert told == [(3, 24)]
