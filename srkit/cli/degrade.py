"""``srkit degrade``: photographs in, their LR out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from srkit.cli.complete import degradations
from srkit.cli.seed_option import LARGEST_SEED


def degrade(
    degradation: Annotated[
        str,
        typer.Argument(
            help="A config, a file of a degradation such as configs/degradations/real_esrgan.yaml, a name, or "
            "'{use: NAME, option: value}'.",
            autocompletion=degradations,
        ),
    ],
    images: Annotated[list[Path], typer.Argument(help="HR: folders and files.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the results.")],
    scale: Annotated[
        int | None, typer.Option(min=2, max=16, help="How many times smaller LR is; a config has its own.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED - 1000, help="Seed of the random numbers.")] = 0,
    variants: Annotated[
        int, typer.Option(min=1, max=1000, help="LR images of every photograph, with other random numbers each.")
    ] = 1,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Write HR too, cut to a multiple of the scale, for other tools.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be done, and do nothing.")] = False,
) -> None:
    """Degrade photographs as a training does: HR becomes LR, with all that was drawn.

    OUTPUT gets low/NAME.png of every photograph; drawn.jsonl, a JSON line of what
    was drawn for each; kernels.npz, the blur kernels, where the degradation tells
    them; and sheet.png, HR and LR side by side to look at. The same seed gives
    the LR that a test of this degradation measures.

    Nothing is overwritten unless you say so.
    """
    from srkit.cli.degradation_option import read_degradation
    from srkit.engine.generators import seeded
    from srkit.photographs.degrade import Degraded, images_of
    from srkit.photographs.degrade import degrade as write_degraded
    from srkit.plugins import load_catalog

    _refuse_within(output, images)
    catalog = load_catalog()
    with seeded(seed):
        built, factor = read_degradation(degradation, scale, catalog)
    plan = Degraded(output, images_of(images), factor, variants, pairs)
    plan.check(overwrite=overwrite)
    if dry_run:
        for name, source, (height, width) in zip(
            plan.images.names, plan.images.high_files, plan.images.sizes, strict=True
        ):
            for variant in range(variants):
                sizes = f"{width} x {height} -> {width // factor} x {height // factor}"
                typer.echo(f"{source} -> {plan.low(name, variant)}  {sizes}")
        typer.echo(f"{len(plan.images)} photographs would be degraded")
        return
    made = 0
    for row in write_degraded(plan, built, seed=seed):
        made += 1
        typer.echo(f"{row.source} -> {output / row.low}")
    images_made = "1 LR image" if made == 1 else f"{made} LR images"
    typer.echo(f"{images_made}, x{factor}; drawn.jsonl and sheet.png are beside them in {output}")


def _refuse_within(output: Path, images: list[Path]) -> None:
    """Refuse to write into a folder of photographs.

    Raises:
        DataError: The output is such a folder, or lies within one.
    """
    from srkit.errors import DataError

    for folder in images:
        if folder.is_dir() and output.resolve().is_relative_to(folder.resolve()):
            raise DataError(
                f"{output}: lies in {folder}, where the next command would take LR for photographs; "
                "give another folder by --output"
            )
