"""``srkit kernels``: compare estimated blur kernels with the true ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from srkit.cli.complete import degradations, estimators
from srkit.cli.seed_option import LARGEST_SEED


def kernels(
    estimator: Annotated[
        str,
        typer.Argument(help="Estimator: a name, or '{use: NAME, option: value}'.", autocompletion=estimators),
    ],
    images: Annotated[list[Path], typer.Argument(help="Folders of HR images.")],
    scale: Annotated[int, typer.Option(min=2, help="How many times smaller LR is.")],
    degradation: Annotated[
        str,
        typer.Option(
            help="Degradation that makes LR and gives its kernels: a name, or '{use: NAME, option: value}'.",
            autocompletion=degradations,
        ),
    ] = "anisotropic_gaussian",
    align: Annotated[
        Literal["best", "mass", "middle"],
        typer.Option(help="Lay kernels upon each other where they fit best, by centre of mass or middle pixel."),
    ] = "best",
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the degradation and the estimator.")
    ] = 0,
    device: Annotated[str, typer.Option(help="cpu, cuda, ...; auto takes what there is.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure an estimator of blur kernels on images, one row each and the mean.

    ERROR is the norm of the difference over the norm of the true kernel, 0 is
    perfect; PSNR is that of the kernel, with 1 as the peak. Both are measured
    after one kernel is moved onto the other, since LR does not determine where a
    kernel lies. An estimator that uses the image should beat bicubic and average,
    which do not.
    """
    from srkit.cli.part_option import build_degradation, read_part_option
    from srkit.engine.generators import seeded
    from srkit.engine.precision import resolve_device
    from srkit.evaluation.kernels import measure_kernels
    from srkit.plugins import load_catalog
    from srkit.records.jsonfile import to_json

    catalog = load_catalog()
    use, options = read_part_option(estimator, "ESTIMATOR")
    with seeded(seed):
        built_estimator = catalog.build("estimator", use, scale, **options)
    with seeded(seed):
        degrade = build_degradation(degradation, scale, catalog)
    sets = [catalog.build("dataset", "folder", path=str(folder)) for folder in images]
    rows = []
    if not as_json:
        typer.echo(f"{'image':<24}{'ERROR':>10}{'PSNR':>10}")
    for image_set in sets:
        for row in measure_kernels(
            built_estimator,
            image_set,
            degrade,
            scale=scale,
            align=align,
            seed=seed,
            device=resolve_device(device),
        ):
            rows.append(row)
            if not as_json:
                _line(row.name, row.error, row.psnr)
    error, psnr = (sum(values) / len(rows) for values in zip(*((row.error, row.psnr) for row in rows), strict=True))
    if as_json:
        image_scores = [{"name": row.name, "error": row.error, "psnr": row.psnr} for row in rows]
        scores = {"error": error, "psnr": psnr}
        result = {
            "estimator": use,
            "scale": scale,
            "degradation": degradation,
            "align": align,
            "scores": scores,
            "images": image_scores,
        }
        typer.echo(to_json(result, indent=2))
        return
    _line(f"mean of {len(rows)}", error, psnr)
    typer.echo(f"{use}, x{scale}; kernels of {degradation}, aligned by {align}, seed {seed}")


def _line(name: str, error: float, psnr: float) -> None:
    typer.echo(f"{name:<24}{error:>10.4f}{psnr:>10.2f}")
