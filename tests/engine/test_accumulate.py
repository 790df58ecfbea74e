from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from srkit.engine.accumulate import pieces
from srkit.engine.fit import fit
from srkit.engine.state import TrainState
from srkit.errors import TrainingError
from srkit.experiment import Train
from srkit.image.resize import resize
from srkit.losses.l1 import L1
from srkit.losses.low_resolution import LowResolution
from srkit.losses.mse import MSE
from srkit.losses.weighted import Term, Weighted
from srkit.pair import Pair
from srkit.training import Place, Recipe

ROWS = 6


@pytest.fixture
def pair():
    def pair(step):
        low = torch.rand(ROWS, 1, 4, 4, generator=torch.Generator().manual_seed(step))
        return Pair(low, F.interpolate(low, scale_factor=4, mode="bilinear"), tuple("abcdef"))

    return pair


def trained(state_of, pair, loss, accumulate, until=4, precision="fp32"):
    state = state_of()
    state.model.drop.p = 0
    recipe = Recipe(loss, optimizer=None, schedule=None, clip=0.1, accumulate=accumulate)
    steps = list(fit(state, pair, recipe, until=until, place=Place(torch.device("cpu"), precision)))
    return state, steps


def balanced():
    terms = {"pixel": Term(loss=partial(L1, reduction="sum")), "sharp": Term(loss=MSE, balance="pixel")}
    return Weighted(terms=terms)


@pytest.mark.parametrize("count", [2, 3, 6])
def test_pieces_give_the_step_of_the_whole_batch(state_of, pair, count):
    losses = balanced(), balanced()
    whole, wanted = trained(state_of, pair, losses[0], 1)
    parts, found = trained(state_of, pair, losses[1], count)
    assert losses[1].balanced["sharp"] == pytest.approx(losses[0].balanced["sharp"], rel=1e-5)
    for one, other in zip(wanted, found, strict=True):
        assert other.names == one.names == tuple("abcdef")
        assert list(other.numbers) == ["loss", "loss.pixel", "loss.sharp", "lr", "grad_norm"]
        assert other.numbers == pytest.approx(one.numbers, rel=1e-4)
    for name, value in whole.model.state_dict().items():
        torch.testing.assert_close(parts.model.state_dict()[name], value, rtol=1e-5, atol=1e-6)


def test_one_piece_at_a_time_goes_through_the_network(state_of, pair):
    state, seen = state_of(), []
    state.model.conv.register_forward_pre_hook(lambda _module, given: seen.append(len(given[0])))
    list(fit(state, pair, Recipe(F.l1_loss, None, None, accumulate=3), until=2))
    assert seen == [2] * 6


def test_a_batch_norm_sees_a_piece(pair):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm2d(1)

        def forward(self, x):
            return F.interpolate(self.norm(x), scale_factor=4)

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    state = TrainState(model, optimizer, torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1))
    list(fit(state, pair, Recipe(F.l1_loss, None, None, accumulate=3), until=1))
    assert int(model.norm.num_batches_tracked) == 3


def test_a_batch_that_cannot_be_divided_is_refused(pair):
    message = (
        "^train.accumulate: wants a number that divides the 6 crops of a process, got 4; "
        "change train.batch or train.accumulate$"
    )
    with pytest.raises(TrainingError, match=message):
        list(pieces(pair(0), 4))
    assert [piece.names for piece in pieces(pair(0), 3)] == [("a", "b"), ("c", "d"), ("e", "f")]
    with pytest.raises(
        ValueError, match=r"^accumulate: wants a number that divides the batch of 16 into equal pieces, got 3$"
    ):
        Train(steps=1, accumulate=3)


def test_a_loss_of_lr_gets_the_lr_of_its_piece(state_of, pair):
    def shrinks(state):
        low, _, _ = pair(0)
        with torch.no_grad():
            return [resize(level, size=(4, 4)) - low for level in state.model.pyramid(low)]

    loss = Weighted(terms={"low": Term(loss=partial(LowResolution, distance="l2"))})
    state = state_of()
    state.model.drop.p = 0
    wanted = sum(float(difference.square().mean()) for difference in shrinks(state)) / 2
    _, steps = trained(state_of, pair, loss, 3, until=1)
    assert steps[0].numbers["loss.low"] == pytest.approx(wanted, rel=1e-5)
