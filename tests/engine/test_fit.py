import pytest
import torch
from torch.nn import functional as F

from srkit.engine.checkpoint import load_training, save_training
from srkit.engine.fit import fit
from srkit.errors import CheckpointError, TrainingError
from srkit.image.resize import resize


def run(state, pair, until, **options):
    return list(fit(state, pair, F.l1_loss, until=until, **options))


@pytest.mark.parametrize("stop", [1, 4, 7])
def test_a_resumed_training_ends_bit_equal(state_of, pair, tmp_path, stop):
    straight = state_of()
    run(straight, pair, 8)
    begun = state_of()
    run(begun, pair, stop)
    save_training(tmp_path / "last.pt", begun.state_dict())
    resumed = state_of(seed=99)
    torch.rand(100)
    resumed.load_state_dict(load_training(tmp_path / "last.pt"))
    run(resumed, pair, 8)
    for one, other in (
        (straight.model.state_dict(), resumed.model.state_dict()),
        (straight.ema.module.state_dict(), resumed.ema.module.state_dict()),
    ):
        assert all(torch.equal(one[name], other[name]) for name in one)
    assert straight.schedule.get_last_lr() == resumed.schedule.get_last_lr()


def test_it_learns_and_says_what_it_did(state_of, pair):
    state = state_of()
    steps = run(state, pair, 30)
    assert [step.step for step in steps] == list(range(1, 31))
    assert steps[0].lr == pytest.approx(0.05)
    assert steps[1].lr == pytest.approx(0.045)
    assert steps[0].names == ("a", "b")
    assert not steps[0].loss.requires_grad
    assert steps[-1].loss < steps[0].loss


def test_every_level_has_its_loss(state_of, pair):
    state = state_of()
    state.model.drop.p = 0
    low, high, _ = pair(0)
    with torch.no_grad():
        first, last = state.model.pyramid(low)
        wanted = (F.l1_loss(first, resize(high, 0.5)) + F.l1_loss(last, high)) / 2
        only = F.l1_loss(last, high)
    assert run(state, pair, 1)[0].loss.item() == pytest.approx(wanted.item())
    again = state_of()
    again.model.drop.p = 0
    assert run(again, pair, 1, pyramid="last")[0].loss.item() == pytest.approx(only.item())


def test_a_loss_that_is_no_number_stops_before_it_does_harm(state_of, pair):
    state = state_of()
    run(state, pair, 2)
    before = {name: value.clone() for name, value in state.model.state_dict().items()}
    spoilt = lambda step: pair(step)._replace(high=pair(step).high * float("nan"))  # noqa: E731
    with pytest.raises(
        TrainingError, match=r"^step 3: wants a finite loss, got nan with lr 0.0405 on crops of a, b; try"
    ):
        run(state, spoilt, 3)
    assert all(torch.equal(before[name], value) for name, value in state.model.state_dict().items())


def test_clipping_bounds_the_gradient(state_of, pair):
    state = state_of(ema=None)
    sgd = torch.optim.SGD(state.model.parameters(), lr=1.0)
    state.optimizer, state.schedule = sgd, torch.optim.lr_scheduler.ConstantLR(sgd, factor=1)
    before = [parameter.detach().clone() for parameter in state.model.parameters()]
    run(state, pair, 1, clip=1e-3)
    moved = torch.cat([(a - b).flatten() for a, b in zip(before, state.model.parameters(), strict=True)])
    assert moved.detach().norm().item() == pytest.approx(1e-3, rel=1e-3)


def test_modes_do_not_leak_out_of_the_generator(state_of, pair):
    for _ in fit(state_of(), pair, F.l1_loss, until=2, precision="bf16"):
        assert torch.is_grad_enabled()
        assert not torch.is_autocast_enabled("cpu")


def test_a_checkpoint_with_another_ema_is_refused(state_of):
    with pytest.raises(CheckpointError, match="the checkpoint has an EMA of the weights, this training wants none"):
        state_of(ema=None).load_state_dict(state_of().state_dict())
