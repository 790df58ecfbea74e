"""``srkit checkerboard``: how much of a grid does a model leave?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from srkit.checkerboard.flat import FlatField
    from srkit.inference.grid import ImageGrid
    from srkit.inference.load import Loaded
    from srkit.slots import LossFn


def checkerboard(
    model: Annotated[
        str, typer.Argument(help="Shipped weights (srkit models), a checkpoint, a run folder, or bicubic.")
    ],
    images: Annotated[list[Path], typer.Argument(help="Folders of HR images.")],
    scale: Annotated[int | None, typer.Option(help="Of a model by name; a checkpoint has its own.")] = None,
    degradation: Annotated[
        str, typer.Option(help="Makes LR: a name, or '{use: NAME, option: value}'.")
    ] = "bicubic",
    loss: Annotated[str, typer.Option(help="Whose gradient is looked at (M4).")] = "charbonnier",
    picture: Annotated[Path | None, typer.Option(help="Draw spectrum and flat field to this PNG.")] = None,
    seed: Annotated[int, typer.Option(help="Of random degradations.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure the checkerboard of a model: flat fields, its layers, spectra, phases, the loss's gradient."""
    from srkit.cli.choice import build_degradation, read_choice
    from srkit.inference.grid import flat_response, image_grids, layer_ripples
    from srkit.inference.load import load
    from srkit.plugins import load_catalog
    from srkit.records.jsonfile import to_json
    from srkit.run.build import seeded

    catalog = load_catalog()
    loaded = load(model, catalog, scale)
    use, options = read_choice(loss, "--loss")
    with seeded(seed):
        low = build_degradation(degradation, loaded.scale, catalog)
    with seeded(seed):
        watched: LossFn = catalog.build("loss", use, **options)
    sets = [catalog.build("dataset", "folder", path=str(folder)) for folder in images]
    fields, layers = flat_response(loaded), list(layer_ripples(loaded))
    rows = [
        row for one in sets for row in image_grids(loaded, one, catalog, degradation=low, loss=watched, seed=seed)
    ]
    if as_json:
        typer.echo(to_json(_plain(loaded.name, loaded.scale, fields, layers, rows, use), indent=2))
    else:
        _print(loaded, degradation, use, fields, layers, rows)
    if picture is not None:
        from srkit.checkerboard.picture import write

        worst = max(fields, key=lambda field: field.ripple)
        write(picture, {loaded.name: (max(rows, key=lambda row: row.peaks).spectrum, worst)})
        typer.echo(f"picture: {picture}", err=as_json)


def _print(
    loaded: Loaded,
    degradation: str,
    loss: str,
    fields: list[FlatField],
    layers: list[tuple[str, float]],
    rows: list[ImageGrid],
) -> None:
    typer.echo(f"{loaded.name}, x{loaded.scale}; LR by {degradation}; luma, not rounded")
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


def _numbers(row: ImageGrid) -> tuple[float, float, float, float]:
    return row.peaks, row.bias, row.variance, row.gradient or 0.0


def _line(name: str, peaks: float, bias: float, variance: float, gradient: float) -> None:
    typer.echo(f"    {name:<24}{peaks:>+9.2f}{bias:>10.3f}{variance:>9.3f}{gradient:>+9.2f}")


def _plain(
    name: str,
    scale: int,
    fields: list[FlatField],
    layers: list[tuple[str, float]],
    rows: list[ImageGrid],
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
