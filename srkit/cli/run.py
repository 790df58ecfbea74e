"""``srkit run``: train, evaluate, report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srkit.cli.experiment import read_experiment
from srkit.cli.run_location import below_runs

if TYPE_CHECKING:
    from srkit.experiment import Experiment
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
    from srkit.engine.precision import resolve_device
    from srkit.errors import RunError
    from srkit.run import RunFolder
    from srkit.world import joined, own_device

    if resume is not None and (config or output):
        raise RunError(f"--resume {resume}: takes its config from that folder; give it alone")
    if resume is None and not config:
        raise RunError("srkit run: wants a config file, such as configs/tiny.yaml, or --resume FOLDER")
    words = config or [str(RunFolder.open(resume or Path()).config)]
    device = own_device(resolve_device(read_experiment(words)[0].train.device))
    with joined(device) as world:
        folder = resume or _claimed(words, output, world)
        if world.first:
            _go(folder, world, quiet=quiet)
        else:
            _help(folder, world)


def _claimed(config: list[str], output: Path | None, world: World) -> Path:
    """Have the first process check everything and claim the folder; where it refuses, all processes end.

    Raises:
        SrkitError: Something is wrong with the config or the folder, in the first process.
        typer.Exit: The first process has said what is wrong, in the others.
    """
    path: Path | None = None
    try:
        if world.first:
            path = _claim(config, output, world)
    finally:
        path = world.agree(path)
    if path is None:
        raise typer.Exit(2)
    return path


def _claim(config: list[str], output: Path | None, world: World) -> Path:
    """Check everything, then claim the folder of a new run."""
    from srkit.config.show import fill, to_yaml
    from srkit.engine.precision import resolve_device
    from srkit.run.build import build, check_files
    from srkit.run.environment import environment
    from srkit.run.folder import RunFolder

    experiment, _, catalog = read_experiment(config)
    world.rows(experiment.train.batch)
    check_files(build(experiment, catalog), experiment)
    device = resolve_device(experiment.train.device)
    path = output or below_runs(str(experiment.name)) / f"{datetime.now():%Y-%m-%d_%H-%M-%S}"
    RunFolder.create(path, to_yaml(fill(experiment)), environment(catalog, experiment.seed, device))
    return path


def _go(path: Path, world: World, *, quiet: bool) -> None:
    """Start or resume the run in the folder, and write its report."""
    from srkit.cli.progress_run import RunProgress, results, way_on
    from srkit.run import RunFolder, score, train

    folder = RunFolder.open(path)
    with folder.alone():
        advice = None
        if not folder.summary.exists():
            experiment, built = _built(folder)
            select = built.select.metric
            with RunProgress(experiment, folder, select=select, quiet=quiet) as progress, _system_errors(path):
                progress.follow(train(experiment, built, folder, world))
                progress.follow(score(experiment, built, folder))
                advice = way_on(experiment, progress.step * progress.crops_per_step)
        typer.echo(results(folder))
        from srkit.report import write_report

        with _system_errors(path):
            typer.echo(f"report: {write_report(path)}")
        if advice is not None and not quiet:
            typer.echo(advice)


def _help(path: Path, world: World) -> None:
    """Train as a process other than the first; the first one also scores and reports."""
    from srkit.cli.interrupt import interrupts
    from srkit.run import RunFolder, train

    folder = RunFolder.open(path)
    if not folder.summary.exists():
        experiment, built = _built(folder)
        with interrupts():
            for _ in train(experiment, built, folder, world):
                pass


def _built(folder: RunFolder) -> tuple[Experiment, Built]:
    """Read the config of a run folder, and build its parts.

    Raises:
        DataError: The images are missing or unfit; the message names the config, which may say where they were.
        SrkitError: Something else is wrong with the config.
    """
    from srkit.errors import DataError, ImageError
    from srkit.run import build

    experiment, _, catalog = read_experiment([str(folder.config)])
    try:
        return experiment, build(experiment, catalog)
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
