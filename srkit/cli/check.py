"""``srkit check``: find all mistakes of a config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from srkit.cli.experiment import read_experiment

if TYPE_CHECKING:
    from srkit.config.source import Source
    from srkit.experiment import Experiment


def check(
    config: Annotated[list[str], typer.Argument(help="Config files, then key=value overrides.")],
) -> None:
    """Check a config completely, and print everything that is wrong with it at once.

    Every part is built and the header of every image is read, but no image is decoded and no device is used.
    """
    from srkit.cli.left_out import tell_left_out
    from srkit.run.build import build, check_files

    experiment, source, catalog = read_experiment(config)
    with source.placed():
        built = build(experiment, catalog)
    check_files(built, experiment)
    tell_left_out({"data.train": built.train, "data.validate": built.validate, "data.test": built.test})
    typer.echo(
        f"{experiment.name}: right. x{experiment.scale} {experiment.color.upper()}, "
        f"{built.parameters:,} parameters; "
        f"{len(built.train)} images to train on, {len(built.validate)} to validate, {len(built.test)} to test"
    )
    if (late := _late_warmup(experiment, source, len(built.train))) is not None:
        typer.echo(late)


def _late_warmup(experiment: Experiment, source: Source, images: int) -> str | None:
    """Return a note on a warmup that ends after the training, which is allowed since short trials have one."""
    from srkit.config.check import Choice

    schedule, steps = experiment.train.schedule, experiment.train.steps_of(images)
    warmup = schedule.options.get("warmup") if isinstance(schedule, Choice) else None
    if steps is None or not isinstance(warmup, int) or warmup < steps:
        return None
    place = source.where(("train", "schedule", "warmup"))
    return (
        f"note: {place}: train.schedule.warmup: {warmup:,} steps are not fewer than the {steps:,} of the training, "
        "which never reaches its full learning rate; lower the warmup, or train longer"
    )
