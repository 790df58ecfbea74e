"""``srkit export``: write a model for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srkit.cli.complete import weights

if TYPE_CHECKING:
    from srkit.plugins import Catalog


def export(
    model: Annotated[
        str,
        typer.Argument(
            help="Shipped weights (srkit models), a file of weights, a run folder, or bicubic.",
            autocompletion=weights,
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write; .onnx is ONNX.")],
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="An exporter (srkit parts exporter): a name, or '{use: NAME, option: value}'; the one that writes "
            "files with such a name if not given.",
        ),
    ] = None,
    scale: Annotated[int | None, typer.Option(help="Scale of a model by name; a checkpoint has its own.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Write a model for other programs, as ONNX for images of any size, and check the file with one of them."""
    from srkit.cli.model_option import read_model
    from srkit.cli.part_option import read_part_option
    from srkit.cli.read_by import read_by
    from srkit.errors import ExportError
    from srkit.network.exporter import ExporterFn
    from srkit.plugins import load_catalog
    from srkit.weights.load import load

    catalog = load_catalog()
    use, options = (None, {}) if format_ is None else read_part_option(format_, "--format")
    exporter: ExporterFn = catalog.build("exporter", _exporter_for(output, use, catalog), **options)
    if output.exists() and not overwrite:
        raise ExportError(f"{output}: exists already; give another name or --overwrite")
    network = load(read_model(model), catalog, scale)
    by, difference = exporter(network, output)
    channels, times = network.color.channels, network.scale
    typer.echo(
        f"{output}: {network.name}, x{times}, (N,{channels},H,W) to (N,{channels},{times}H,{times}W)"
        f"{read_by(network)}"
    )
    typer.echo(f"{by} differs from PyTorch by at most {difference:.1e}")


def _exporter_for(output: Path, use: str | None, catalog: Catalog) -> str:
    """Return the name of the exporter that is to write ``output``: ``use``, or the only one with such file names.

    Raises:
        ExportError: There is none, or more than one, or ``use`` writes files with other names.
        UnknownPart: There is no exporter ``use``.
    """
    from srkit.errors import ExportError
    from srkit.parts.exporter import SUFFIXES

    shelf = catalog["exporter"]
    if use is not None:
        suffixes = SUFFIXES.of(shelf[use].factory)
        if suffixes and output.suffix not in suffixes:
            raise ExportError(f"{output}: wants the name of a {' or '.join(suffixes)} file for {use}")
        return use
    suffixes_of = {name: SUFFIXES.of(part.factory) for name, part in shelf.items()}
    able = [name for name, suffixes in suffixes_of.items() if output.suffix in suffixes]
    if len(able) != 1:
        known = ", ".join(
            f"{' or '.join(suffixes)} by {name}" for name, suffixes in suffixes_of.items() if suffixes
        )
        found = f"one that {' and '.join(able)} write; say which (--format)" if able else "another"
        raise ExportError(f"{output}: wants the name of a file that one exporter writes ({known}), found {found}")
    return able[0]
