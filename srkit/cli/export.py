"""``srkit export``: a model for other runtimes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(
    model: Annotated[
        str, typer.Argument(help="Shipped weights (srkit models), a checkpoint, a run folder, or bicubic.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write, .onnx.")],
    scale: Annotated[int | None, typer.Option(help="Of a model by name; a checkpoint has its own.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Write a model as ONNX, for images of any size, and check it against PyTorch with onnxruntime."""
    from srkit.errors import ExportError
    from srkit.inference.export import channels_of
    from srkit.inference.export import export as exported
    from srkit.inference.load import load
    from srkit.plugins import load_catalog

    if output.suffix != ".onnx":
        raise ExportError(f"{output}: wants the name of a .onnx file")
    if output.exists() and not overwrite:
        raise ExportError(f"{output}: exists already; give another name or --overwrite")
    loaded = load(model, load_catalog(), scale)
    difference = exported(loaded, output)
    channels, times = channels_of(loaded), loaded.scale
    typer.echo(f"{output}: {loaded.name}, x{times}, (N,{channels},H,W) to (N,{channels},{times}H,{times}W)")
    typer.echo(f"onnxruntime differs from PyTorch by at most {difference:.1e}")
