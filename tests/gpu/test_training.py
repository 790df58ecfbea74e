"""Training on a GPU: the CPU's steps up to rounding, bf16, the compiler, and runs that resume."""

import math

import pytest
import torch

from srkit.cli.experiment import read_experiment
from srkit.config.show import fill, to_yaml
from srkit.engine.fit import fit
from srkit.engine.state import TrainState
from srkit.pair import Pair
from srkit.plugins import load_catalog
from srkit.run import RunFolder, build, train
from srkit.run.environment import environment
from srkit.run.session import Session
from srkit.training import Place, Recipe

pytestmark = pytest.mark.gpu
ON_CPU = torch.device("cpu")


def pair_on(device):
    def pair(step):
        generator = torch.Generator().manual_seed(step)
        high = torch.nn.functional.interpolate(torch.rand(4, 1, 8, 8, generator=generator), size=(32, 32))
        return Pair(high[..., ::2, ::2].to(device), high.to(device), ("a",) * 4)

    return pair


def trained(place, optimizer, steps=4, lr=1e-3, ema=None):
    """Losses and weights of a few steps of a small network."""
    catalog = load_catalog()
    torch.manual_seed(0)
    model = catalog.build("model", "lapsrn", 2, 1, depth=2, features=16, residual_init="he").to(place.device)
    recipe = Recipe(
        catalog.build("loss", "charbonnier"),
        lambda parameters: catalog.build("optimizer", optimizer, parameters, lr=lr),
        lambda made, steps: catalog.build("schedule", "cosine", made, steps),
        ema=ema,
    )
    state = TrainState.begin(model, recipe, steps)
    losses = [step.numbers["loss"] for step in fit(state, pair_on(place.device), recipe, until=steps, place=place)]
    return losses, {name: value.cpu() for name, value in state.evaluated.state_dict().items()}


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "muon"])
def test_steps_in_fp32_are_those_of_the_cpu(device, optimizer):
    here, weights = trained(Place(ON_CPU), optimizer, ema=0.9)
    there, found = trained(Place(device), optimizer, ema=0.9)
    assert there == pytest.approx(here, rel=2e-3)
    for name, value in weights.items():
        # as a whole: where a gradient is almost zero, Adam's first steps have the sign of a rounding error
        assert (found[name] - value).norm() < 1e-2 * value.norm() + 1e-4, name


def test_steps_in_bf16_are_near_those_in_fp32(device):
    exact, _ = trained(Place(device), "adam")
    rough, weights = trained(Place(device, "bf16"), "adam")
    assert rough == pytest.approx(exact, rel=0.05)
    assert all(value.dtype == torch.float32 for value in weights.values())


def test_compiled_steps_are_near_those_as_written(device, on_cuda, monkeypatch):
    if not on_cuda:
        compiling = torch.nn.Module.compile
        monkeypatch.setattr(torch.nn.Module, "compile", lambda module: compiling(module, backend="aot_eager"))
    exact, _ = trained(Place(device), "adam")
    compiled, _ = trained(Place(device, compile=True), "adam")
    assert compiled == pytest.approx(exact, rel=1e-2)


@pytest.fixture
def run_of(tmp_path, device):
    """Return a function that opens a tiny run on the device, or opens it again."""

    def run_of(name, *overrides):
        from pathlib import Path

        tiny = Path(__file__).parents[2] / "configs" / "tiny.yaml"
        place = tmp_path / name
        again = place.exists()
        words = [str(place / "config.yaml")] if again else [str(tiny), f"train.device={device}", *overrides]
        experiment, _, catalog = read_experiment(words)
        folder = (
            RunFolder.open(place)
            if again
            else RunFolder.create(place, to_yaml(fill(experiment)), environment(catalog, 0, device))
        )
        return experiment, build(experiment, catalog), folder

    return run_of


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_run_that_stops_resumes_and_ends_near_one_that_does_not(run_of, precision):
    words = f"train.precision={precision}", "train.workers=2", "train.ema=0.9"
    straight, halved = run_of("straight", *words), run_of("halved", *words)
    wanted = [record for record in train(*straight) if record.event == "train"]
    for record in train(*halved):
        if record.step == 3:
            break
    found = [record for record in train(*run_of("halved")) if record.event == "train"]
    assert [record.step for record in found] == [4, 5, 6]
    # not bit-equal: gradients of convolutions are summed in another order from call to call
    for one, other in zip(found, wanted[3:], strict=True):
        assert one.number("loss") == pytest.approx(other.number("loss"), rel=1e-3 if precision == "fp32" else 2e-2)


@pytest.mark.filterwarnings("ignore")  # torch warns of whatever it cannot compute in a fixed order
def test_a_resumed_run_is_bit_equal_where_cudnn_is_deterministic(run_of):
    # set here and not by srkit: it costs speed
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        with torch.backends.cudnn.flags(deterministic=True, benchmark=False, allow_tf32=False):
            list(train(*run_of("straight")))
            for record in train(*run_of("halved")):
                if record.step == 3:
                    break
            list(train(*run_of("halved")))
    finally:
        torch.use_deterministic_algorithms(False)
    from srkit.engine.checkpoint import load_weights

    one, other = (load_weights(run_of(name)[2].best)[0] for name in ("straight", "halved"))
    assert all(torch.equal(value, other[name]) for name, value in one.items())


def test_crops_are_those_of_the_cpu(run_of):
    experiment, built, folder = run_of("there", "train.workers=3")
    with Session(experiment, built, folder) as session:
        there = [session.pair(step) for step in range(4)]
    experiment, built, folder = run_of("here", "train.device=cpu", "train.workers=0")
    with Session(experiment, built, folder) as session:
        here = [session.pair(step) for step in range(4)]
    for one, other in zip(there, here, strict=True):
        assert one.names == other.names
        torch.testing.assert_close(one.high.cpu(), other.high, atol=1e-6, rtol=0)
        # LR is rounded to 8 bits: a value between two levels may go either way
        assert ((one.low.cpu() - other.low).abs() * 255).max() < 1.01
        assert ((one.low.cpu() - other.low).abs() > 1e-5).float().mean() < 1e-2


def test_a_loss_that_is_not_finite_is_told_a_step_later_at_most(device):
    from srkit.errors import TrainingError

    with pytest.raises(TrainingError, match="wants a finite"):
        trained(Place(device), "sgd", steps=200, lr=1e30)
    assert math.isfinite(trained(Place(device), "sgd")[0][-1])
