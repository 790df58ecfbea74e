"""``srkit convert``: turn released weights into a srkit checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def convert(
    file: Annotated[str, typer.Argument(help="A file that a reader knows (srkit parts reader): .mat, .pth, ...")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The checkpoint to write, .safetensors.")],
    scale: Annotated[int | None, typer.Option(help="Scale of the model, if the file does not say it.")] = None,
    model: Annotated[
        str | None, typer.Option(help="Model of a .pth file: '{use: lapsrn, depth: 10, ...}' as in a config.")
    ] = None,
    color: Annotated[
        Literal["y", "rgb"] | None,
        typer.Option(help="Colour that the model works on; y if the file does not say it."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing checkpoint.")] = False,
) -> None:
    """Turn released weights into a srkit checkpoint that every command takes."""
    from srkit.cli.model_option import read_model
    from srkit.cli.part_option import read_part_option
    from srkit.errors import CheckpointError
    from srkit.plugins import load_catalog
    from srkit.weights.convert import write
    from srkit.weights.load import load

    if output.suffix != ".safetensors":
        raise CheckpointError(f"{output}: wants the name of a .safetensors file")
    if output.exists() and not overwrite:
        raise CheckpointError(f"{output}: exists already; give another name or --overwrite")
    chosen = None
    if model is not None:
        use, options = read_part_option(model, "--model")
        chosen = {"use": use, **options}
    network = load(read_model(file), load_catalog(), scale, model=chosen, color=color)
    metadata = write(network, output)
    typer.echo(f"{output}: {metadata['model']['use']} x{network.scale}, from {metadata.get('source', file)}")
