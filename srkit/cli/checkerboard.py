"""``srkit checkerboard``: measure the checkerboard artefacts of a model."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srkit.cli.complete import degradations, weights
from srkit.cli.seed_option import LARGEST_SEED

if TYPE_CHECKING:
    from srkit.checkerboard.flat import FlatField
    from srkit.evaluation.checkerboard import ImageCheckerboard
    from srkit.network.network import Network
    from srkit.parts.loss import LossFn


def checkerboard(
    model: Annotated[
        str,
        typer.Argument(
            help="Shipped weights (srkit models), a file of weights, a run folder, or bicubic.",
            autocompletion=weights,
        ),
    ],
    images: Annotated[list[Path], typer.Argument(help="Folders of HR images.")],
    scale: Annotated[int | None, typer.Option(help="Scale of a model by name; a checkpoint has its own.")] = None,
    degradation: Annotated[
        str,
        typer.Option(
            help="Degradation that makes LR: a name, or '{use: NAME, option: value}'.", autocompletion=degradations
        ),
    ] = "bicubic",
    loss: Annotated[str, typer.Option(help="Loss whose gradient is measured (M4).")] = "charbonnier",
    picture: Annotated[Path | None, typer.Option(help="Draw spectrum and flat field to this PNG.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of random degradations.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure the checkerboard of a model in flat fields, layers, spectra, phases and the loss's gradient."""
    import torch

    from srkit.cli.model_option import read_model
    from srkit.cli.part_option import build_degradation, read_part_option
    from srkit.data.examples import examples
    from srkit.engine.generators import seeded
    from srkit.evaluation.checkerboard import flat_response, image_checkerboards, layer_ripples
    from srkit.network.enlarger import NetworkEnlarger, enlarged
    from srkit.plugins import load_catalog
    from srkit.records.jsonfile import to_json
    from srkit.weights.load import load

    catalog = load_catalog()
    network = load(read_model(model), catalog, scale, seed=seed)
    use, options = read_part_option(loss, "--loss")
    with seeded(seed):
        low = build_degradation(degradation, network.scale, catalog)
    with seeded(seed):
        watched: LossFn = catalog.build("loss", use, **options)
    sets = [catalog.build("dataset", "folder", path=str(folder)) for folder in images]
    fields, layers = flat_response(network), list(layer_ripples(network))
    enlarger = NetworkEnlarger(network, device=torch.device("cpu"))
    given = (examples(one, scale=network.scale, degradation=low, seed=seed) for one in sets)
    rows = list(image_checkerboards(enlarged(enlarger, chain.from_iterable(given)), network.scale, watched))
    if as_json:
        typer.echo(to_json(_plain(network.name, network.scale, fields, layers, rows, use), indent=2))
    else:
        _print(network, degradation, use, fields, layers, rows)
    if picture is not None:
        from srkit.checkerboard.picture import write

        worst = max(fields, key=lambda field: field.ripple)
        write(picture, {network.name: (max(rows, key=lambda row: row.peaks).spectrum, worst)})
        typer.echo(f"picture: {picture}", err=as_json)


def _print(
    network: Network,
    degradation: str,
    loss: str,
    fields: list[FlatField],
    layers: list[tuple[str, float]],
    rows: list[ImageCheckerboard],
) -> None:
    typer.echo(f"{network.name}, x{network.scale}; LR by {degradation}; luma, not rounded")
    typer.echo("\nM1  flat field: largest departure of a phase, in grey levels")
    for field in fields:
        typer.echo(f"    at {field.level:<6} {field.ripple:9.4f}")
    typer.echo("\nM1  layers: spread of the phases' gains, 0 is even")
    for name, ripple in layers or [("no upsampler parts in this model", float("nan"))]:
        typer.echo(f"    {name:<34} {ripple:9.4f}")
    typer.echo("\nM2  grid peaks of SR over HR (dB)  M3  phase bias (grey levels), variance ratio  "
               f"M4  gradient of {loss} (dB)\n")  # fmt: skip
    typer.echo(f"    {'image':<24}{'M2':>9}{'M3 bias':>10}{'M3 var':>9}{'M4':>9}")
    for row in rows:
        _line(row.name, row.peaks, row.bias, row.variance, row.gradient or 0.0)
    means = [sum(values) / len(rows) for values in zip(*map(_numbers, rows), strict=True)]
    _line(f"mean of {len(rows)}", *means)


def _numbers(row: ImageCheckerboard) -> tuple[float, float, float, float]:
    return row.peaks, row.bias, row.variance, row.gradient or 0.0


def _line(name: str, peaks: float, bias: float, variance: float, gradient: float) -> None:
    typer.echo(f"    {name:<24}{peaks:>+9.2f}{bias:>10.3f}{variance:>9.3f}{gradient:>+9.2f}")


def _plain(
    name: str,
    scale: int,
    fields: list[FlatField],
    layers: list[tuple[str, float]],
    rows: list[ImageCheckerboard],
    loss: str,
) -> dict[str, object]:
    return {
        "model": name,
        "scale": scale,
        "flat_field": {str(field.level): field.ripple for field in fields},
        "layers": dict(layers),
        "loss": loss,
        "images": [
            {"name": r.name, "M2": r.peaks, "M3_bias": r.bias, "M3_variance": r.variance, "M4": r.gradient}
            for r in rows
        ],
    }
