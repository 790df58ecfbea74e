import pytest

from srkit.cli.experiment import read_experiment
from srkit.config.show import fill, to_yaml
from srkit.run import RunFolder, build
from srkit.run.environment import environment


@pytest.fixture
def prepare(tmp_path, tiny_config):
    """Return a function that makes the folder of a tiny run, ready to train in this process."""

    def prepare(name, *overrides):
        import torch

        experiment, _, catalog = read_experiment([str(tiny_config), *overrides])
        facts = environment(catalog, experiment.seed, torch.device("cpu"))
        folder = RunFolder.create(tmp_path / name, to_yaml(fill(experiment)), facts)
        return experiment, build(experiment, catalog), folder

    return prepare


@pytest.fixture
def reopen():
    """Return a function that opens a run folder as a new process would."""

    def reopen(folder):
        experiment, _, catalog = read_experiment([str(folder.config)])
        return experiment, build(experiment, catalog), folder

    return reopen
