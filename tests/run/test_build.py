from dataclasses import replace
from pathlib import Path

import pytest
import torch

from srkit.cli.experiment import read_experiment
from srkit.config.show import fill
from srkit.errors import CheckpointError, ConfigError, DataError
from srkit.experiment import Train
from srkit.network.network import Network
from srkit.run.build import MANY, build, check_files
from srkit.weights.convert import write

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"


class Drawn:
    """A part that draws something when it is built."""

    def __init__(self, *_wired):
        self.weight = torch.rand(3)


def test_image_sets_that_were_opened_for_the_check_are_taken_over():
    experiment, _, catalog = read_experiment([str(TINY)])
    checked = build(experiment, catalog)
    built = build(experiment, catalog, checked)
    assert (built.train, built.validate, built.test) == (checked.train, checked.validate, checked.test)
    assert built.train is checked.train
    assert built.model is not checked.model


def test_what_a_part_draws_depends_on_the_seed_alone():
    experiment, _, catalog = read_experiment([str(TINY)])
    drawing = replace(experiment, loss=Drawn, degradation=Drawn)
    found = [build(drawing, catalog)]
    before = torch.rand(7), torch.get_rng_state()
    found.append(build(drawing, catalog))
    assert torch.equal(torch.get_rng_state(), before[1])
    plain, other = build(experiment, catalog), build(replace(drawing, seed=1), catalog)
    for name in ("loss", "degradation"):
        first, second, another = (getattr(one, name).weight for one in (*found, other))
        assert torch.equal(first, second)
        assert not torch.equal(first, another)
    for one in found:
        assert all(map(torch.equal, one.model.parameters(), plain.model.parameters()))


@pytest.mark.parametrize(("epochs", "steps"), [(1.1, 110), (2.0, 200), (0.001, 1)])
def test_epochs_are_counted_exactly(epochs, steps):
    assert Train(epochs=epochs, batch=1, crops_per_image=100).steps_of(1) == steps


@pytest.mark.parametrize(
    ("budget", "steps"), [("train.epochs=2", 1300), ("train.minutes=1", MANY), ("train.steps=9", 9)]
)
def test_a_schedule_is_tried_with_the_steps_that_there_will_be(budget, steps):
    experiment, _, catalog = read_experiment([str(TINY), "train.steps=null", budget])
    seen = []
    train = replace(experiment.train, schedule=lambda _optimizer, steps: seen.append(steps))
    build(replace(experiment, train=train), catalog)
    assert seen == [steps]


class Nothing:
    names, scale = (), None

    def __len__(self):
        return 0


def test_a_set_without_images_is_refused_before_anything_is_trained():
    experiment, _, catalog = read_experiment([str(TINY)])
    built = replace(build(experiment, catalog), test=Nothing())
    with pytest.raises(DataError, match=r"^data\.test: wants images, found none"):
        check_files(built, experiment)


@pytest.mark.parametrize("suffix", ["safetensors", "pth"])
def test_training_starts_from_any_file_that_a_reader_knows(tmp_path, suffix):
    file = tmp_path / f"start.{suffix}"
    experiment, _, catalog = read_experiment([str(TINY), f"start={file}", "seed=1"])
    other, _, _ = read_experiment([str(TINY), "seed=2"])
    network = Network.of(
        build(other, catalog).model, other.scale, other.color, metadata={"model": fill(other.model)}
    )
    if suffix == "pth":
        torch.save({"params": network.module.state_dict()}, file)  # which says nothing of its model
    else:
        write(network, file)
    built = build(experiment, catalog)
    check_files(built, experiment)
    wanted = network.module.state_dict()
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in built.model.state_dict().items())
    assert any(tensor.any() for tensor in wanted.values())


def test_weights_that_are_not_finite_are_no_start(tmp_path):
    experiment, _, catalog = read_experiment([str(TINY)])
    model = build(experiment, catalog).model
    with torch.no_grad():
        next(model.parameters()).fill_(float("nan"))
    metadata = {"model": fill(experiment.model)}
    write(Network.of(model, experiment.scale, experiment.color, metadata=metadata), tmp_path / "nan.safetensors")
    started, _, _ = read_experiment([str(TINY), f"start={tmp_path / 'nan.safetensors'}"])
    with pytest.raises(CheckpointError, match=r"nan\.safetensors: holds weights that are infinite"):
        check_files(build(started, catalog), started)


def test_a_loss_that_cannot_train_is_refused():
    refused = {
        "loss=tv": r"config: loss: wants a loss that compares SR with HR or LR, got one that looks at SR alone; "
        r"make it a term of weighted, beside a pixel loss$",
        "loss=ms_ssim": r"config: train\.patch: wants crops of at least 176 pixels for this loss, got 32; "
        r"take larger crops, or lower the loss's levels if it has them$",
    }
    for word, message in refused.items():
        experiment, _, catalog = read_experiment([str(TINY), word])
        with pytest.raises(ConfigError, match=message):
            build(experiment, catalog)
