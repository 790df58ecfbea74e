"""The watch over two networks that train against each other."""

import math

import pytest
import torch

from srkit.engine.rivalry import WINDOW, Rivalry


def watch(rivalry, steps, discriminator=0.5, content=1.0, first=1):
    """Return the step after which it said that the training has failed, or None."""
    for step in range(first, first + steps):
        rivalry.watch(step, torch.tensor(discriminator), torch.tensor(content))
        if rivalry.failure:
            return step
    return None


@pytest.fixture
def rivalry():
    return Rivalry(math.log(2), won=100, collapse=5.0, weight=0.005)


def test_a_discriminator_that_has_won_is_told_with_numbers_and_a_way_out(rivalry):
    assert watch(rivalry, 150, discriminator=1e-5) == 100
    assert rivalry.failure == (
        "step 100: wants a discriminator loss of at least 0.00069, 0.1 % of that of guessing, found less in 100 "
        "steps in a row, and 1e-05 in the last 50: the discriminator has won, and its gradient shows the network "
        "no way; in a new run, give it a lower learning rate (train.regime.optimizer.lr), R1 (train.regime.r1), "
        "spectral normalisation or fewer features, or train.regime.won=null; a run that is resumed goes on for 100 "
        "steps at least"
    )


def test_a_discriminator_that_is_nearly_sure_has_not_won(rivalry):
    assert watch(rivalry, 1000, discriminator=0.001) is None


def test_a_window_that_the_network_wins_begins_the_count_anew(rivalry):
    for first in range(1, 1000, 2 * WINDOW):
        assert watch(rivalry, WINDOW, discriminator=0.0, first=first) is None
        assert watch(rivalry, WINDOW, discriminator=0.1, first=first + WINDOW) is None


def test_a_collapse_is_told_with_numbers_and_a_way_out(rivalry):
    assert watch(rivalry, 50, content=0.04) is None
    assert watch(rivalry, 50, content=0.02, first=51) is None
    assert watch(rivalry, 500, content=0.25, first=101) == 150
    assert rivalry.failure == (
        "step 150: wants a loss between SR and HR of at most 0.1, which is 5 times its lowest mean over 50 steps, "
        "found 0.25: the network has collapsed; in a new run, give the adversarial term a lower weight "
        "(train.regime.weight is 0.005), both networks a lower learning rate, train.clip=1, a pixel term (loss: "
        "weighted), or train.regime.collapse=null; a run that is resumed goes on, measured by this loss"
    )


def test_a_loss_that_falls_from_random_weights_or_doubles_is_no_collapse(rivalry):
    assert watch(rivalry, 50, content=9.0) is None
    assert watch(rivalry, 50, content=0.05, first=51) is None
    assert watch(rivalry, 500, content=0.1, first=101) is None


def test_neither_is_told_where_that_is_switched_off():
    rivalry = Rivalry(1.0, won=None, collapse=None, weight=1.0)
    assert watch(rivalry, 500, discriminator=0.0, content=0.01) is None
    assert watch(rivalry, 500, discriminator=0.0, content=10.0, first=501) is None


def test_a_training_that_goes_on_after_a_failure_is_judged_anew(rivalry):
    assert watch(rivalry, 100, discriminator=0.0) == 100
    again = Rivalry(math.log(2), won=100, collapse=5.0, weight=0.005)
    again.load_state_dict(rivalry.state_dict())
    assert again.failure is None
    assert watch(again, 200, discriminator=0.0, first=101) == 200


@pytest.mark.parametrize("left", [1, 49, 50, 73, 99])
def test_it_goes_on_where_it_was(rivalry, left):
    losses = torch.rand(100, generator=torch.Generator().manual_seed(0)).tolist()
    other = Rivalry(math.log(2), won=100, collapse=5.0, weight=0.005)
    for step, loss in enumerate(losses, 1):
        rivalry.watch(step, torch.tensor(loss), torch.tensor(loss))
        other.watch(step, torch.tensor(loss), torch.tensor(loss))
        if step == left:
            state = other.state_dict()
            other = Rivalry(math.log(2), won=100, collapse=5.0, weight=0.005)
            other.load_state_dict(state)
    one, two = rivalry.state_dict(), other.state_dict()
    assert torch.equal(one.pop("sums"), two.pop("sums"))
    assert one == two
