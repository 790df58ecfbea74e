"""``srkit check``: find all mistakes of a config."""

from __future__ import annotations

from typing import Annotated

import typer

from srkit.cli.experiment import read_experiment


def check(
    config: Annotated[list[str], typer.Argument(help="Config files, then key=value overrides.")],
) -> None:
    """Check a config completely, and print everything that is wrong with it at once.

    Every part is built and the header of every image is read, but no image is decoded and no device is used.
    """
    from srkit.cli.left_out import tell_left_out
    from srkit.run.build import build, check_files

    experiment, _, catalog = read_experiment(config)
    built = build(experiment, catalog)
    check_files(built, experiment)
    tell_left_out({"data.train": built.train, "data.validate": built.validate, "data.test": built.test})
    typer.echo(
        f"{experiment.name}: right. x{experiment.scale} {experiment.color.upper()}, "
        f"{built.parameters:,} parameters; "
        f"{len(built.train)} images to train on, {len(built.validate)} to validate, {len(built.test)} to test"
    )
