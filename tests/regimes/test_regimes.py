"""A regime from outside srkit is one file and one line, and is logged, kept and resumed like the built-in one."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F
from torch.optim.lr_scheduler import ConstantLR

import srkit
from srkit.cli.experiment import read_experiment
from srkit.config.check import check
from srkit.config.show import fill, to_yaml
from srkit.config.source import read
from srkit.engine.checkpoint import load_training
from srkit.errors import ConfigError, TrainingError
from srkit.experiment import Experiment
from srkit.pair import Pair
from srkit.plugins import load_catalog
from srkit.records.environment import Environment
from srkit.regimes.supervised import Supervised
from srkit.registry import Part
from srkit.run import RunFolder, build, train
from srkit.testing import check_part
from srkit.training import ON_CPU, Recipe
from srkit.world import World

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"


@pytest.fixture(scope="module")
def catalog():
    """The installed parts and the regime of two_networks.py."""
    spec = importlib.util.spec_from_file_location("two_networks", Path(__file__).with_name("two_networks.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    catalog = load_catalog([])
    catalog.add([Part.of(module.TwoNetworks, "a plugin")])
    return catalog


@pytest.fixture
def prepare(catalog, tmp_path):
    def prepare(name, *overrides):
        source = read([TINY], ["train.regime=two_networks", "train.validate_every=4", "name=two", *overrides])
        experiment = check(source, Experiment, catalog)
        folder = RunFolder.create(tmp_path / name, to_yaml(fill(experiment)), Environment())
        return experiment, build(experiment, catalog), folder

    return prepare


def test_it_keeps_the_contract(catalog):
    check_part(catalog["regime"]["two_networks"], catalog)


class Alone(Supervised):
    """Trains as if there were no other process."""

    def __init__(self, model, recipe, steps, place):
        super().__init__(model, recipe, steps, replace(place, world=World()))


class Aside(Alone):
    """Asks for a network that is shared, and trains its own."""

    def __init__(self, model, recipe, steps, place):
        super().__init__(model, recipe, steps, place)
        place.world.parallel(model)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (
            Alone,
            r"wants every network that it trains from place\.world\.parallel\(network\), .*; 2 of 2 parameters",
        ),
        (Aside, r"never calls what place\.world\.parallel returns for _Network"),
    ],
)
def test_a_regime_that_leaves_other_processes_behind_breaks_the_contract(part, message):
    catalog = load_catalog([])
    catalog.add([Part.of(srkit.regime(part.__name__)(part), "a plugin")])
    with pytest.raises(AssertionError, match=message):
        check_part(catalog["regime"][part.__name__], catalog)


def test_it_is_logged_by_the_names_that_it_gives(prepare):
    run = prepare("run", "train.steps=4")
    list(train(*run))
    (record, *_) = [json.loads(line) for line in run[-1].log.read_text().splitlines() if '"train"' in line]
    assert {"loss", "loss.critic", "loss.term", "lr", "lr.critic", "grad_norm"} <= record.keys()


def test_it_resumes_exactly(prepare, catalog):
    straight, left = prepare("straight", "train.steps=8"), prepare("left", "train.steps=8")
    list(train(*straight))
    records = train(*left)
    next(record for record in records if (record.event, record.step) == ("train", 3))
    records.close()
    again = left[0], build(left[0], catalog), left[-1]
    list(train(*again))
    one, other = (load_training(run[-1].last)["state"] for run in (straight, left))
    assert one["critic"].keys() == other["critic"].keys()
    for network in (("critic",), ("model", "model")):
        first, second = one, other
        for key in network:
            first, second = first[key], second[key]
        assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_regime_that_lets_a_loss_become_nan_is_stopped(prepare, catalog, monkeypatch):
    monkeypatch.setattr(catalog["regime"]["two_networks"].factory, "watch", False)
    experiment, built, folder = prepare("nan", "train.steps=4")
    spoilt = replace(built, loss=lambda prediction, target: F.l1_loss(prediction, target) * float("nan"))
    with pytest.raises(
        TrainingError, match=r"^regime 'two_networks': step 1: wants finite losses, rates and norms"
    ):
        list(train(experiment, spoilt, folder))


def test_the_built_in_regime_trains_as_its_recipe_says():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.PixelShuffle(2))
    sgd = lambda named: torch.optim.SGD(dict(named).values(), lr=0.5)  # noqa: E731
    regime = Supervised(model, Recipe(F.mse_loss, sgd, lambda one, _: ConstantLR(one), ema=0.5), 3, ON_CPU)
    assert regime.evaluated is not model
    low = torch.rand(2, 1, 4, 4)
    pair = Pair(low, F.interpolate(low, scale_factor=2), ("a", "b"))
    with torch.no_grad():
        wanted = F.mse_loss(model(low), pair.high)
    (step,) = regime.fit(lambda _: pair, until=1)
    assert step.losses["loss"].item() == pytest.approx(wanted.item())
    assert step.rates == {"lr": pytest.approx(0.5 / 3)}


def test_an_unknown_metric_cannot_select_weights():
    experiment, _, catalog = read_experiment([str(TINY), "train.select=sim"])
    with pytest.raises(
        ConfigError, match=r"train\.select: wants one of the experiment's metrics \(psnr, ssim\) or last"
    ):
        build(experiment, catalog)


def test_a_regime_is_asked_before_a_run_whether_it_refuses():
    def refuses(*_):
        raise TrainingError("no")

    experiment, _, catalog = read_experiment([str(TINY)])
    with pytest.raises(TrainingError):
        build(replace(experiment, train=replace(experiment.train, regime=refuses)), catalog)
