"""The first step of several commands: from files and overrides to a checked experiment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from srkit.config.source import Source
    from srkit.experiment import Experiment
    from srkit.plugins import Catalog


def read_experiment(words: Sequence[str]) -> tuple[Experiment, Source, Catalog]:
    """Read ``CONFIG... [key=value ...]``, and return the checked experiment.

    Raises:
        ConfigError: Lists every problem at once.
        PartError: A plugin does not load.
    """
    from srkit.config.check import check
    from srkit.config.source import read
    from srkit.errors import ConfigError, Problem
    from srkit.experiment import Experiment
    from srkit.plugins import load_catalog

    files = [Path(word) for word in words if not is_override(word)]
    if not files:
        raise ConfigError([Problem("srkit", "", "wants at least one config file, such as configs/tiny.yaml")])
    source = read(files, [word for word in words if is_override(word)])
    if "base" in source.tree and {"arms", "vary"} & source.tree.keys():
        what = f"belongs to a study; srkit ablate {files[-1]} trains its arms"
        raise ConfigError([Problem(source.where(("base",)), "base", what)])
    catalog = load_catalog()
    experiment: Experiment = check(source, Experiment, catalog)
    if experiment.name is None:
        experiment = replace(experiment, name=files[-1].stem)
    return experiment, source, catalog


def is_override(word: str) -> bool:
    """Return whether a word of the command line is ``key=value`` rather than a file."""
    try:
        return "=" in word and not Path(word).exists()
    except OSError:  # too long for the name of a file
        return True
