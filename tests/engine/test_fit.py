from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional as F

from srkit.engine.checkpoint import load_training, save_training
from srkit.engine.finite import Finite
from srkit.engine.fit import fit
from srkit.engine.generators import generator_states, restore_generators
from srkit.errors import TrainingError
from srkit.image.resize import resize
from srkit.training import Place, Recipe

BF16 = Place(torch.device("cpu"), "bf16")


def recipe(loss=F.l1_loss, **options):
    return Recipe(loss, optimizer=None, schedule=None, **options)


def run(state, pair, until, loss=F.l1_loss, precision="fp32", compile=False, **options):
    place = Place(torch.device("cpu"), precision, compile)
    return list(fit(state, pair, recipe(loss, **options), until=until, place=place))


@pytest.mark.parametrize("stop", [1, 4, 7])
def test_a_resumed_training_ends_bit_equal(state_of, pair, tmp_path, stop):
    straight = state_of()
    run(straight, pair, 8)
    begun = state_of()
    run(begun, pair, stop)
    generators = generator_states(torch.device("cpu"))
    save_training(tmp_path / "last.pt", {"state": begun.state_dict(), "generators": generators})
    resumed = state_of(seed=99)
    torch.rand(100)
    saved = load_training(tmp_path / "last.pt")
    resumed.load_state_dict(saved["state"])
    restore_generators(saved["generators"], torch.device("cpu"))
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
    assert steps[0].rates["lr"] == pytest.approx(0.05)
    assert steps[1].rates["lr"] == pytest.approx(0.045)
    assert steps[0].names == ("a", "b")
    assert not steps[0].losses["loss"].requires_grad
    assert steps[-1].losses["loss"] < steps[0].losses["loss"]


def test_every_level_has_its_loss(state_of, pair):
    state = state_of()
    state.model.drop.p = 0
    low, high, _ = pair(0)
    with torch.no_grad():
        first, last = state.model.pyramid(low)
        wanted = (F.l1_loss(first, resize(high, 0.5)) + F.l1_loss(last, high)) / 2
        only = F.l1_loss(last, high)
    assert run(state, pair, 1)[0].losses["loss"].item() == pytest.approx(wanted.item())
    again = state_of()
    again.model.drop.p = 0
    assert run(again, pair, 1, pyramid="last")[0].losses["loss"].item() == pytest.approx(only.item())


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


def test_the_last_step_of_a_gpu_is_looked_at_too(state_of, pair, monkeypatch):
    stream = SimpleNamespace(record_event=lambda: SimpleNamespace(synchronize=lambda: None))
    monkeypatch.setattr(torch.cuda, "current_stream", lambda _: stream)
    monkeypatch.setattr("srkit.engine.fit.Finite", lambda _: Finite(torch.device("cuda")))
    state = state_of()
    spoilt = lambda step: pair(step)._replace(high=pair(step).high * (float("nan") if step == 2 else 1))  # noqa: E731
    with pytest.raises(TrainingError, match=r"^step 3: wants a finite loss, got nan"):
        run(state, spoilt, 3, F.mse_loss)
    with pytest.raises(TrainingError, match="wants finite weights"):
        state.state_dict()


def test_clipping_bounds_the_gradient(state_of, pair):
    state = state_of(ema=None)
    sgd = torch.optim.SGD(state.model.parameters(), lr=1.0)
    state.optimizer, state.schedule = sgd, torch.optim.lr_scheduler.ConstantLR(sgd, factor=1)
    before = [parameter.detach().clone() for parameter in state.model.parameters()]
    run(state, pair, 1, clip=1e-3)
    moved = torch.cat([(a - b).flatten() for a, b in zip(before, state.model.parameters(), strict=True)])
    assert moved.detach().norm().item() == pytest.approx(1e-3, rel=1e-3)


def test_modes_do_not_leak_out_of_the_generator(state_of, pair):
    for _ in fit(state_of(), pair, recipe(), until=2, place=BF16):
        assert torch.is_grad_enabled()
        assert not torch.is_autocast_enabled("cpu")


def test_the_norm_of_a_clipped_gradient_is_told(state_of, pair):
    told = run(state_of(), pair, 1, clip=1e-3)[0].norms["grad_norm"]
    assert run(state_of(), pair, 1)[0].norms["grad_norm"].item() == told.item()
    again = state_of()
    low, high, _ = pair(0)
    levels = again.model.pyramid(low)
    value = (F.l1_loss(levels[0], resize(high, 0.5)) + F.l1_loss(levels[1], high)) / 2
    value.backward()
    norm = torch.cat([parameter.grad.flatten() for parameter in again.model.parameters()]).norm()
    assert told.item() == pytest.approx(norm.item(), rel=1e-5)
    assert not told.requires_grad


def test_the_caller_may_evaluate_between_steps(state_of, pair):
    state = state_of()
    for _ in fit(state, pair, recipe(), until=3):
        state.model.eval()
        assert not state.model.drop.training
    straight = state_of()
    run(straight, pair, 3)
    assert all(
        torch.equal(one, other)
        for one, other in zip(state.model.parameters(), straight.model.parameters(), strict=True)
    )


def test_leaving_the_loop_leaves_a_whole_step(state_of, pair):
    left = state_of()
    for step in fit(left, pair, recipe(), until=9):
        if step.step == 3:
            break
    whole = state_of()
    run(whole, pair, 3)
    assert left.step == 3
    assert torch.equal(left.model.conv.weight, whole.model.conv.weight)


def test_compiling_reaches_the_pyramid(state_of, pair, monkeypatch):
    """Compiling the network itself would not compile ``pyramid``, which is a method and no call."""
    compiled = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda module: compiled.append(type(module).__name__))
    run(state_of(), pair, 1)
    assert compiled == []
    run(state_of(), pair, 1, compile=True)
    assert compiled == ["Levels"]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_bf16_learns_too(state_of, pair, seed):
    state = state_of(seed=seed)
    steps = run(state, pair, 30, precision="bf16")
    assert steps[-1].losses["loss"] < steps[0].losses["loss"]
    assert all(step.losses["loss"].dtype == torch.float32 for step in steps)
    assert state.model.conv.weight.dtype == torch.float32


@pytest.mark.parametrize("clip", [None, 1.0])
def test_a_gradient_that_is_no_number_stops_before_it_does_harm(state_of, pair, clip):
    class Spoilt(torch.autograd.Function):
        @staticmethod
        def forward(_, value):
            return value.clone()

        @staticmethod
        def backward(_, gradient):
            return gradient * float("nan")

    state = state_of()
    before = {name: value.clone() for name, value in state.model.state_dict().items()}
    spoilt = lambda prediction, target: Spoilt.apply(F.l1_loss(prediction, target))  # noqa: E731
    with pytest.raises(TrainingError, match=r"^step 1: wants a finite grad_norm, got nan"):
        run(state, pair, 1, spoilt, clip=clip)
    assert all(torch.equal(before[name], value) for name, value in state.model.state_dict().items())
