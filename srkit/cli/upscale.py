"""``srkit upscale``: photographs in, larger photographs out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from srkit.cli.seed_option import LARGEST_SEED

if TYPE_CHECKING:
    from srkit.cli.progress_photographs import PhotographProgress
    from srkit.photographs.enlargement import Enlargement
    from srkit.photographs.jobs import Job
    from srkit.photographs.upscaler import Upscaler


def upscale(
    images: Annotated[list[str], typer.Argument(help="Photographs, folders of them, or patterns: '*.jpg'.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder, or for one photograph a file; beside it if not given."),
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option(help="How many times larger, such as 1.5 or 3; that of the weights, or 2, if not given."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Shipped weights (see srkit models), a file of weights, a run folder, or a method: a name, or "
            "'{use: NAME, option: value}'."
        ),
    ] = None,
    format_: Annotated[
        Literal["png", "jpg", "webp", "tif", "avif"] | None,
        typer.Option("--format", help="Format of the results; that of the source if not given."),
    ] = None,
    quality: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=100,
            help="Quality of JPEG, WebP and AVIF; 95 if not given, AVIF 90, and a lossless WebP stays lossless.",
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace results that exist.")] = False,
    skip: Annotated[
        bool, typer.Option("--skip-existing", help="Leave results that exist, to go on after a stop.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be done, and do nothing.")] = False,
    device: Annotated[str, typer.Option(help="cpu, cuda, ...; auto takes what there is.")] = "auto",
    precision: Annotated[
        Literal["auto", "fp32", "bf16"], typer.Option(help="Number format; auto takes what is fast.")
    ] = "auto",
    tile: Annotated[
        int | None,
        typer.Option(min=16, help="Side of a tile in pixels; chosen to fit into memory if not given."),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of a method, which may draw random numbers.")
    ] = 0,
    max_pixels: Annotated[int, typer.Option(min=1, max=2**30, help="Refuse larger photographs.")] = 2**28,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Enlarge photographs: photo.jpg becomes photo_x2.jpg, folder becomes folder_x2.

    PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF and, with the extra heic, HEIC; 8 and 16
    bits and floats; gray, colour, transparency; turned upright, with their colour
    profile, EXIF, XMP and resolution.

    Nothing is overwritten unless you say so, and every result is written whole
    or not at all. If some photographs fail, the others are enlarged all the same,
    and the exit code is 1.
    """
    from srkit.cli.model_option import read_model
    from srkit.cli.progress_photographs import PhotographProgress
    from srkit.cli.read_by import could_be_read_by, read_by
    from srkit.errors import DataError
    from srkit.photographs.enlargement import Enlargement
    from srkit.photographs.jobs import existing, plan, refuse
    from srkit.photographs.upscaler import Upscaler
    from srkit.plugins import load_catalog
    from srkit.weights.load import load_for

    if overwrite and skip:
        raise DataError("--overwrite and --skip-existing: give one of them")
    catalog = load_catalog()
    network, factor = load_for(None if model is None else read_model(model), scale, catalog, seed=seed)
    planned = plan(images, factor, output, format_ and f".{format_}")
    taken = [] if overwrite else existing(planned.jobs)
    if not skip:
        refuse(taken)
    todo = [job for job in planned.jobs if job not in taken]
    wanted = Enlargement(factor, quality, max_pixels)
    with PhotographProgress(len(todo), quiet=quiet) as progress:
        upscaler = Upscaler(network, device=device, precision=precision, tile=tile, say=progress.note)
        progress.say(f"{network.name}, x{factor:g}, {upscaler.device} in {upscaler.precision}{read_by(network)}")
        if dry_run and model is not None and (others := could_be_read_by(model, network, catalog)):
            progress.say(others)
        progress.left_out([job.source for job in taken], "exist already")
        for why, files in planned.left_out.items():
            progress.left_out(files, why)
        (_look if dry_run else _work)(todo, upscaler, wanted, progress)
    raise typer.Exit(progress.code)


def _look(jobs: list[Job], upscaler: Upscaler, wanted: Enlargement, progress: PhotographProgress) -> None:
    """Print what would be done."""
    from srkit.errors import ImageError
    from srkit.photographs.enlargement import estimate, gigabytes, peak

    for job in jobs:
        try:
            found = estimate(job, upscaler, wanted)
        except ImageError as error:
            progress.fail(str(error))
            continue
        before, after = (f"{width} x {height}" for height, width in (found.before, found.after))
        if found.note:
            progress.note(f"{job.source}: {found.note}")
        progress.done += 1
        progress.say(
            f"{job.source} -> {job.target}  {before} -> {after}, {gigabytes(peak(found, upscaler))} of memory"
        )
    progress.finish("would be enlarged")


def _work(jobs: list[Job], upscaler: Upscaler, wanted: Enlargement, progress: PhotographProgress) -> None:
    """Enlarge the photographs."""
    from srkit.photographs.enlargement import upscale_photograph

    for job in jobs:
        progress.follow(job, upscale_photograph(job, upscaler, wanted))
    progress.finish("enlarged")
