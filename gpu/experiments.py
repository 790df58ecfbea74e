"""The experiment that sections train, with the images that are there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import nn

from gpu.section import DATA, Section
from srkit.cli.experiment import read_experiment
from srkit.config.show import fill, to_yaml
from srkit.engine.precision import resolve_device
from srkit.experiment import Experiment
from srkit.run import RunFolder, build
from srkit.run.build import Built
from srkit.run.environment import environment

CONFIG = Path(__file__).parent / "lapsrn_x4_291.yaml"
SAMPLES = [f"data.{use}={{use: samples, split: {use}}}" for use in ("train", "validate", "test")]
TINY = ["model.depth=1", "model.features=8", "train.batch=4", "train.patch=32", "train.workers=1"]


def experiment(
    section: Section, *overrides: str, folder: str, model: nn.Module | None = None, **parts: Any
) -> tuple[Experiment, Built, RunFolder]:
    """Return the experiment on the 291 images with ``overrides``, its parts and a new run folder.

    In a rehearsal the images are the packaged photographs, and the network is tiny.

    Args:
        section: Whose folder the run folder is put in.
        overrides: ``key=value``.
        folder: Name of the run folder.
        model: A network to train in place of the config's.
        parts: Parts to take in place of the config's, such as ``degradation``.
    """
    missing = [name for name in ("train", "Set5", "Set14") if not (DATA / name).is_dir()]
    if missing and not section.rehearse:
        raise FileNotFoundError(f"{DATA}: wants {', '.join(missing)}; run python -m gpu.prepare before")
    here = SAMPLES if section.rehearse else []
    lets = [f"let.images={DATA / 'train'}", f"let.watched={DATA / 'Set5'}", f"let.test={DATA / 'Set14'}"]
    tiny = TINY if section.rehearse else []
    read, _, catalog = read_experiment([str(CONFIG), *lets, *here, *overrides, *tiny])
    facts = environment(catalog, read.seed, resolve_device(read.train.device))
    place = RunFolder.create(section.folder / folder, to_yaml(fill(read)), facts)
    built = build(read, catalog)
    return read, replace(built, **parts, **({"model": model} if model is not None else {})), place
