"""``srkit export``: write a model as ONNX, for other runtimes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(
    model: Annotated[
        str, typer.Argument(help="Shipped weights (srkit models), a file of weights, a run folder, or bicubic.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write, .onnx.")],
    scale: Annotated[int | None, typer.Option(help="Scale of a model by name; a checkpoint has its own.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Write a model as ONNX, for images of any size, and check it against PyTorch with onnxruntime."""
    from srkit.cli.model_option import read_model
    from srkit.errors import ExportError
    from srkit.plugins import load_catalog
    from srkit.weights.export import export as exported
    from srkit.weights.load import load

    if output.suffix != ".onnx":
        raise ExportError(f"{output}: wants the name of a .onnx file")
    if output.exists() and not overwrite:
        raise ExportError(f"{output}: exists already; give another name or --overwrite")
    network = load(read_model(model), load_catalog(), scale)
    difference = exported(network, output)
    channels, times = network.color.channels, network.scale
    typer.echo(f"{output}: {network.name}, x{times}, (N,{channels},H,W) to (N,{channels},{times}H,{times}W)")
    typer.echo(f"onnxruntime differs from PyTorch by at most {difference:.1e}")
