"""``srkit convert``: other people's weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def convert(
    file: Annotated[Path, typer.Argument(help="A .mat of LapSRN or MS-LapSRN, or a .pth of BasicSR's kind.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The checkpoint to write, .safetensors.")],
    scale: Annotated[int | None, typer.Option(help="Of the model; LapSRN's .mat knows its own.")] = None,
    model: Annotated[
        str | None, typer.Option(help="For .pth: '{use: lapsrn, depth: 10, ...}' as in a config.")
    ] = None,
    color: Annotated[Literal["y", "rgb"], typer.Option(help="What the model works on.")] = "y",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing checkpoint.")] = False,
) -> None:
    """Turn released weights into a srkit checkpoint that every command takes."""
    from srkit.cli.choice import read_choice
    from srkit.errors import CheckpointError
    from srkit.inference.convert import convert as converted
    from srkit.plugins import load_catalog

    if output.suffix != ".safetensors":
        raise CheckpointError(f"{output}: wants the name of a .safetensors file")
    if output.exists() and not overwrite:
        raise CheckpointError(f"{output}: exists already; give another name or --overwrite")
    chosen = None
    if model is not None:
        use, options = read_choice(model, "--model")
        chosen = {"use": use, **options}
    metadata = converted(file, output, load_catalog(), scale=scale, model=chosen, color=color)
    typer.echo(f"{output}: {metadata['model']['use']} x{metadata['scale']}, from {metadata['source']}")
