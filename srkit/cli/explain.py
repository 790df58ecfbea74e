"""``srkit explain``: print where every value of a config comes from."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from srkit.cli.experiment import read_experiment


def explain(
    config: Annotated[list[str], typer.Argument(help="Config files, then key=value overrides.")],
) -> None:
    """Print every value of a config with the file and line, or the override, that it came from."""
    from srkit.config.show import explain as explained

    experiment, source, _ = read_experiment(config)
    rows = [
        (f"{key} = {json.dumps(value, ensure_ascii=False)}", place)
        for key, value, place in explained(experiment, source)
    ]
    width = min(max(len(left) for left, _ in rows), 52)
    for left, place in rows:
        typer.echo(f"{left:<{width}}  {place}")
