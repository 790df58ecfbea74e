"""``srkit new``: write something to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from srkit.cli.complete import kinds

new = typer.Typer(
    name="new", help="Write something to start from, such as a plugin.", no_args_is_help=True, add_completion=False
)


@new.callback()
def _new() -> None:
    """Write something to start from, such as a plugin."""


@new.command()
def plugin(
    name: Annotated[str, typer.Argument(help="Name of its part; the package is called srkit-NAME.")],
    kind: Annotated[
        str, typer.Option(help="Kind of its part, such as model (srkit parts lists them).", autocompletion=kinds)
    ],
    into: Annotated[Path, typer.Option(help="Folder in which srkit-NAME is made.")] = Path(),
) -> None:
    """Write a plugin with one working part, its packaging, a test that runs its contract, and a README."""
    from srkit.cli.new_plugin import write_plugin
    from srkit.plugins import load_catalog

    folder = write_plugin(name, kind, into, load_catalog())
    typer.echo(f"{folder}: a plugin with the {kind} {name}; install and test it by")
    typer.echo(f"    pip install -e {folder}")
    typer.echo(f"    pytest {folder}")
