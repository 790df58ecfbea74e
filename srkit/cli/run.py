"""``srkit run``: train, evaluate, report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srkit.cli.experiment import read_experiment
from srkit.cli.progress_reading import show_reading
from srkit.cli.run_location import below_runs

if TYPE_CHECKING:
    from srkit.experiment import Experiment
    from srkit.plugins import Catalog
    from srkit.run.build import Built
    from srkit.run.folder import RunFolder
    from srkit.world import World


def run(
    config: Annotated[list[str] | None, typer.Argument(help="Config files, then key=value overrides.")] = None,
    output: Annotated[Path | None, typer.Option(help="Folder of the run; runs/NAME/TIME if not given.")] = None,
    resume: Annotated[Path | None, typer.Option(help="Go on with the run in this folder.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Train what a config describes, evaluate it against bicubic, and write a report with pictures."""
    from srkit.errors import RunError
    from srkit.world import joined

    if resume is not None and (config or output):
        raise RunError(f"--resume {resume}: takes its config from that folder; give it alone")
    if resume is None and not config:
        raise RunError("srkit run: wants a config file, such as configs/tiny.yaml, or --resume FOLDER")
    if quiet:
        show_reading(quiet=True)
    with joined() as world:
        folder, opened = (resume, None) if resume else _claimed(config or [], output, world)
        if world.first:
            _go(folder, world, opened, quiet=quiet)
        else:
            _help(folder, world)


def _claimed(config: list[str], output: Path | None, world: World) -> tuple[Path, Built | None]:
    """Have the first process check everything and claim the folder; where it refuses, all processes end.

    Returns:
        The folder, and, in the first process, what was built for the check.

    Raises:
        SrkitError: Something is wrong with the config or the folder.
    """
    checked: list[Built] = []
    path, *_ = world.together(lambda: _claim(config, output, world, checked) if world.first else Path())
    return path, checked[0] if checked else None


def _claim(config: list[str], output: Path | None, world: World, checked: list[Built]) -> Path:
    """Check everything, then claim the folder of a new run; what was built is put into ``checked``."""
    from srkit.cli.left_out import tell_left_out
    from srkit.config.show import fill, to_yaml
    from srkit.engine.precision import resolve_device
    from srkit.errors import ConfigError, Problem, TrainingError
    from srkit.run.build import build, check_files
    from srkit.run.environment import environment
    from srkit.run.folder import RunFolder

    experiment, source, catalog = read_experiment(config)
    world.rows(experiment.train.batch, experiment.train.accumulate)
    with source.placed():
        built = build(experiment, catalog)
        check_files(built, experiment)
    checked.append(built)
    tell_left_out({"data.train": built.train, "data.validate": built.validate, "data.test": built.test})
    try:
        device = resolve_device(experiment.train.device)
    except TrainingError as error:
        place = source.where(("train", "device"))
        raise ConfigError([Problem(place, "train.device", str(error).removeprefix("device: "))]) from None
    path = output or below_runs(str(experiment.name)) / f"{datetime.now():%Y-%m-%d_%H-%M-%S}"
    RunFolder.create(path, to_yaml(fill(experiment)), environment(catalog, experiment.seed, device))
    return path


def _go(path: Path, world: World, opened: Built | None, *, quiet: bool) -> None:
    """Start or resume the run in the folder, and write its report.

    Args:
        path: The folder.
        world: The processes that train together.
        opened: The same experiment, as it was built for the check of a new run.
        quiet: Whether to show no progress.
    """
    from srkit.cli.progress_run import RunProgress, results, way_on
    from srkit.run import RunFolder, score, train

    folder = RunFolder.open(path)
    with folder.alone():
        advice = None
        if (ready := _ready(folder, world, opened)) is not None:
            experiment, built = ready
            select = built.select.metric
            shown = RunProgress(experiment, folder, select=select, quiet=quiet, processes=world.size)
            with shown as progress, _system_errors(path):
                progress.follow(train(experiment, built, folder, world))
                progress.follow(score(experiment, built, folder, world))
                advice = way_on(experiment, progress.step * progress.crops_per_step)
        typer.echo(results(folder))
        from srkit.report import write_report

        with _system_errors(path):
            typer.echo(f"report: {write_report(path)}")
        if advice is not None and not quiet:
            typer.echo(advice)


def _help(path: Path, world: World) -> None:
    """Train and score as a process other than the first, without a word."""
    from srkit.cli.interrupt import interrupts
    from srkit.run import RunFolder, score, train

    folder = RunFolder(path)
    if (ready := _ready(folder, world)) is not None:
        experiment, built = ready
        with interrupts(), _system_errors(path):
            for _ in chain(train(experiment, built, folder, world), score(experiment, built, folder, world)):
                pass


def _ready(folder: RunFolder, world: World, opened: Built | None = None) -> tuple[Experiment, Built] | None:
    """Return the built experiment of a run folder, or None where the run is done.

    Raises:
        SrkitError: Something is wrong with it, or not the same for all processes.
    """
    from srkit.run.alike import check_alike, open_shared

    open_shared(folder, world)
    if world.agree(folder.summary.exists()):
        return None
    made: list[tuple[Experiment, Built, Catalog]] = []
    world.together(lambda: made.append(_built(folder, opened)))
    experiment, built, catalog = made[0]
    check_alike(world, experiment, built, folder, catalog)
    return experiment, built


def _built(folder: RunFolder, opened: Built | None) -> tuple[Experiment, Built, Catalog]:
    """Read the config of a run folder, and build its parts.

    Raises:
        DataError: The images are missing or unfit; the message names the config, which may say where they were.
        SrkitError: Something else is wrong with the config.
    """
    from srkit.errors import DataError, ImageError
    from srkit.run import build

    experiment, _, catalog = read_experiment([str(folder.config)])
    try:
        return experiment, build(experiment, catalog, opened), catalog
    except (DataError, ImageError) as error:
        raise DataError(
            f"{error}\n    {folder.config} names it; if it was moved, write its present place there"
        ) from None


@contextmanager
def _system_errors(path: Path) -> Iterator[None]:
    """Turn errors of the system, such as a full disk, into messages that name the file or else the run folder.

    Raises:
        RunError: In place of an OSError.
    """
    from srkit.errors import RunError

    try:
        yield
    except BrokenPipeError:  # standard output was closed
        raise
    except OSError as error:
        raise RunError(f"{error.filename or path}: cannot be read or written: {error.strerror or error}") from None
