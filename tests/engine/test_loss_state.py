import pytest
import torch
from torch import nn
from torch.nn import functional as F

from srkit.engine.fit import fit
from srkit.engine.loss_state import load_loss_state, loss_state
from srkit.errors import CheckpointError
from srkit.training import Place, Recipe


def recipe(loss):
    return Recipe(loss, optimizer=None, schedule=None)


class Remembers(nn.Module):
    """A loss with a frozen network, that sets a factor of its own before the first step."""

    def __init__(self):
        super().__init__()
        self.frozen = nn.Conv2d(1, 1, 3).requires_grad_(False)
        self.register_buffer("factor", torch.zeros(()))
        self.seen = []

    def balance(self, prediction, target):
        self.seen.append((prediction, target))
        self.factor.copy_(target.mean())

    @property
    def balanced(self):
        return {"factor": float(self.factor)}

    def forward(self, prediction, target):
        return self.factor * F.l1_loss(prediction, target)


def test_what_changes_is_kept_and_what_is_frozen_is_not():
    loss, other = Remembers(), Remembers()
    loss.factor.fill_(3)
    assert list(loss_state(loss)) == ["factor"]
    frozen = other.frozen.weight.clone()
    load_loss_state(other, loss_state(loss), "last.pt")
    assert float(other.factor) == 3
    assert torch.equal(other.frozen.weight, frozen)
    assert loss_state(F.l1_loss) == loss_state(None) == {}


def test_the_state_of_another_loss_is_refused():
    with pytest.raises(CheckpointError, match=r"^last\.pt: belongs to another loss: lacks factor$"):
        load_loss_state(Remembers(), {}, "last.pt")
    with pytest.raises(CheckpointError, match=r"belongs to another loss: has factor, other$"):
        load_loss_state(F.l1_loss, {"other": 1, "factor": 2}, "last.pt")


def test_a_loss_balances_itself_before_the_first_step_alone_on_the_full_size(state_of, pair):
    loss, state = Remembers(), state_of()
    for _ in fit(state, pair, recipe(loss), until=3, place=Place(torch.device("cpu"), "bf16")):
        pass
    ((prediction, target),) = loss.seen
    assert prediction.shape == target.shape == (2, 1, 16, 16)  # not the 8 x 8 level of the pyramid
    assert torch.equal(target, pair(0).high)
    assert prediction.dtype == torch.float32
    assert not prediction.requires_grad
    for _ in fit(state, pair, recipe(loss), until=5):  # resumed
        pass
    assert len(loss.seen) == 1


def test_it_is_part_of_the_training_state(state_of, pair):
    state, loss = state_of(), Remembers()
    state.loss = loss
    for _ in fit(state, pair, recipe(loss), until=1):
        pass
    saved = state.state_dict()
    resumed = state_of()
    resumed.loss = Remembers()
    resumed.load_state_dict(saved)
    assert torch.equal(resumed.loss.factor, loss.factor)
    assert loss.factor != 0
    with pytest.raises(CheckpointError, match=r"last\.pt: belongs to another loss: has factor$"):
        state_of().load_state_dict(saved, "last.pt")
