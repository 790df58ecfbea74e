import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from srkit.cli.experiment import read_experiment
from srkit.config.show import fill, to_yaml
from srkit.report import write_report
from srkit.run import RunFolder, build, score, train
from srkit.run.environment import environment


@pytest.fixture(scope="session")
def finished_once(tiny_config, tmp_path_factory):
    """The folder of a finished run of the tiny config; nobody may change it."""
    experiment, _, catalog = read_experiment([str(tiny_config)])
    facts = environment(catalog, experiment.seed, torch.device("cpu"))
    run = RunFolder.create(tmp_path_factory.mktemp("finished") / "run", to_yaml(fill(experiment)), facts)
    built = build(experiment, catalog)
    list(train(experiment, built, run))
    list(score(experiment, built, run))
    write_report(run.path)
    return run.path


@pytest.fixture
def finished(finished_once, tmp_path):
    """A copy of that folder, ``run`` in the test's own."""
    return Path(shutil.copytree(finished_once, tmp_path / "run"))


@pytest.fixture
def start():
    """Return a function that starts a command as a process of its own."""

    def start(*words, **options):
        command = [sys.executable, "-m", "srkit", *map(str, words)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    return start
