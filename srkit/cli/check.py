"""``srkit check``: is this config right?"""

from __future__ import annotations

from typing import Annotated

import typer

from srkit.cli.experiment import read_experiment


def check(
    config: Annotated[list[str], typer.Argument(help="Config files, then key=value overrides.")],
) -> None:
    """Check a config to the bottom, and say everything that is wrong with it at once.

    Every part is built and every image found, but none decoded and no device touched.
    """
    from srkit.run.build import build, check_files

    experiment, _, catalog = read_experiment(config)
    built = build(experiment, catalog)
    check_files(built, experiment)
    typer.echo(
        f"{experiment.name}: right. x{experiment.scale} {experiment.color.upper()}, "
        f"{built.parameters:,} parameters; "
        f"{len(built.train)} images to train on, {len(built.validate)} to validate, {len(built.test)} to test"
    )
