"""``srkit upscale``: photographs in, larger photographs out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from srkit.cli.complete import weights
from srkit.cli.seed_option import LARGEST_SEED

if TYPE_CHECKING:
    import torch

    from srkit.cli.progress_json import JsonProgress
    from srkit.cli.progress_photographs import PhotographProgress
    from srkit.photographs.enlargement import Enlargement
    from srkit.photographs.job import Job
    from srkit.photographs.sizes import Size
    from srkit.photographs.upscaler import Upscaler


def upscale(
    images: Annotated[
        list[str], typer.Argument(help="Photographs, folders of them, patterns ('*.jpg'), or - for standard input.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Folder, or for one photograph a file or - (standard output); beside it if not given.",
        ),
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option(help="How many times larger, such as 1.5 or 3; that of the weights, or 2, if not given."),
    ] = None,
    width: Annotated[
        int | None, typer.Option(min=1, help="Width of the results in pixels, instead of --scale.")
    ] = None,
    height: Annotated[
        int | None,
        typer.Option(min=1, help="Height of the results; with --width, both are limits, and the shape is kept."),
    ] = None,
    long_side: Annotated[
        int | None, typer.Option(min=1, help="Pixels of the longer side of the results, instead of --scale.")
    ] = None,
    megapixels: Annotated[
        float | None, typer.Option(help="Millions of pixels of the results, such as 24, instead of --scale.")
    ] = None,
    at_most: Annotated[
        int | None,
        typer.Option(min=1, help="Pixels beyond which --scale does not enlarge the longer side."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Shipped weights (see srkit models), a file of weights, a run folder, or a method: a name, or "
            "'{use: NAME, option: value}'.",
            autocompletion=weights,
        ),
    ] = None,
    format_: Annotated[
        Literal["png", "jpg", "webp", "tif", "bmp", "avif"] | None,
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
    strength: Annotated[
        float, typer.Option(help="Share of the network in the result, from 0, bicubic alone, to 1.")
    ] = 1.0,
    wrap: Annotated[
        bool,
        typer.Option("--wrap", help="Continue each border with the other side, for textures laid in tiles."),
    ] = False,
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
    progress: Annotated[
        Literal["auto", "json", "none"],
        typer.Option(help="auto draws bars on a terminal, none draws none, json prints JSON lines for programs."),
    ] = "auto",
) -> None:
    """Enlarge photographs: photo.jpg becomes photo_x2.jpg, folder becomes folder_x2.

    Names tell the size: _x2, _x2_max6000 (--at-most), _w3000, _h2000,
    _w3000_h2000, _long3000, _mp24. The shape is always kept. A photograph that
    has the size already, or is larger, is left out.

    PNG, JPEG, WebP, TIFF with all its pages, BMP, GIF, AVIF and, with the extra
    heic, HEIC; 8 and 16 bits and floats; gray, colour, transparency; turned
    upright, with their colour profile, EXIF, XMP and resolution.

    As a filter: srkit upscale - -o - < photo.jpg > large.jpg

    Nothing is overwritten unless you say so, and every result is written whole
    or not at all. If some photographs fail, the others are enlarged all the same,
    and the exit code is 1.
    """
    from srkit.cli.model_option import read_model
    from srkit.cli.read_by import could_be_read_by
    from srkit.cli.size_options import read_size
    from srkit.engine.precision import resolve_device
    from srkit.errors import DataError
    from srkit.photographs.assign import Assignment, assign
    from srkit.photographs.enlargement import Enlargement, upscale_photograph
    from srkit.photographs.jobs import Plan, existing, plan, refuse
    from srkit.photographs.sizes import Times
    from srkit.photographs.streams import plan_streams, refuse_terminal, uses_streams
    from srkit.photographs.upscaler import Upscaler
    from srkit.plugins import load_catalog
    from srkit.weights.load import load_for

    if overwrite and skip:
        raise DataError("--overwrite and --skip-existing: give one of them")
    if quiet and progress != "auto":
        raise DataError(f"--quiet and --progress {progress}: give one of them")
    if not 0 <= strength <= 1:
        raise DataError(f"--strength {strength:g}: wants 0, which is bicubic, to 1, which is the network")
    catalog = load_catalog()
    what = None if model is None else read_model(model)
    networks, size = None, read_size(scale, width, height, long_side, megapixels, at_most)
    if size is None:
        networks, factor = load_for(what, scale, catalog, seed=seed)
        size = Times(factor, at_most)
    wanted = Enlargement(size, quality, max_pixels)
    suffix = format_ and f".{format_}"
    if output == Path("-") and (overwrite or skip):
        option = "--overwrite" if overwrite else "--skip-existing"
        raise DataError(f"{option}: means nothing for standard output, which holds no results yet; leave it out")
    if uses_streams(images, output):
        job = plan_streams(images, output, suffix, sys.stdin.buffer, sys.stdout.buffer)
        if not dry_run:
            refuse_terminal(job)
        planned = Plan([job], {})
    else:
        planned = plan(images, size.mark, output, suffix)
    taken = [] if overwrite else existing(planned.jobs)
    if not skip:
        refuse(taken)
    todo = [job for job in planned.jobs if job not in taken]
    if networks is not None and at_most is None:  # the same for all, whatever their sizes
        assigned = Assignment.alike(todo, networks)
    else:
        assigned = assign(todo, wanted, what, catalog, seed)
    skipped: dict[str, dict[Path, Path | None]] = {
        "exist already": {job.source: job.target for job in taken},
        f"have the size already ({size})": {job.source: job.target for job in assigned.large},
        **{why: dict.fromkeys(files) for why, files in planned.left_out.items()},
    }
    with _progress(progress, len(assigned.todo), skipped, quiet=quiet, stream=output == Path("-")) as shown:
        upscalers = {
            chain: Upscaler(
                chain,
                device=device,
                precision=precision,
                tile=tile,
                say=shown.note,
                strength=strength,
                wrap=wrap,
            )
            for chain in assigned.chains
        }
        _begin(shown, list(upscalers.values()), size, resolve_device(device), dry_run=dry_run)
        if dry_run and model is not None:
            for chain in upscalers:
                if others := could_be_read_by(model, chain[0], catalog):
                    shown.note(others)
        for why, files in skipped.items():
            shown.left_out(files, why)
        for one in assigned.todo:
            if isinstance(one.networks, str):
                shown.fail(one.job, one.networks)
            elif dry_run:
                _look(one.job, upscalers[one.networks], wanted, shown)
            else:
                shown.follow(one.job, upscale_photograph(one.job, upscalers[one.networks], wanted))
        shown.finish("would be enlarged" if dry_run else "enlarged")
    raise typer.Exit(shown.code)


def _progress(
    kind: str, todo: int, skipped: Mapping[str, Mapping[Path, Path | None]], *, quiet: bool, stream: bool
) -> PhotographProgress | JsonProgress:
    """Return what shows the progress; on standard error if standard output gets a photograph (``stream``)."""
    from srkit.cli.progress_json import JsonProgress
    from srkit.cli.progress_photographs import PhotographProgress

    if kind == "json":
        return JsonProgress(todo + sum(map(len, skipped.values())), sys.stderr if stream else sys.stdout)
    return PhotographProgress(todo, quiet=quiet, bars=kind == "auto", on_stderr=stream)


def _begin(
    shown: PhotographProgress | JsonProgress,
    upscalers: list[Upscaler],
    size: Size,
    device: torch.device,
    *,
    dry_run: bool,
) -> None:
    """Tell the networks, the size, the device and the precision."""
    from srkit import __version__
    from srkit.cli.progress_json import JsonProgress

    if isinstance(shown, JsonProgress):
        shown.begin(
            {
                "srkit": __version__,
                "networks": list(dict.fromkeys(one.name for upscaler in upscalers for one in upscaler.networks)),
                "strength": upscalers[0].strength if upscalers else None,
                "wrap": any(upscaler.wrap for upscaler in upscalers),
                "size": str(size),
                "device": str(device),
                "precision": sorted({upscaler.precision for upscaler in upscalers}),
                "dry_run": dry_run,
            }
        )
    else:
        shown.say(_first_line(upscalers, str(size), device))


def _first_line(upscalers: list[Upscaler], size: str, device: torch.device) -> str:
    """Return the networks by their names, the size, the device and the precision."""
    from srkit.cli.read_by import read_by

    if not upscalers:
        return f"no network is needed, {size}, {device}"
    names = ", ".join(dict.fromkeys(upscaler.name for upscaler in upscalers))
    precision = " and ".join(sorted({upscaler.precision for upscaler in upscalers}))
    strength = upscalers[0].strength
    share = "" if strength == 1 else f" at strength {strength:g}"
    wrapped = ", wrapped" if upscalers[0].wrap else ""
    return f"{names}{share}{wrapped}, {size}, {device} in {precision}{read_by(upscalers[0].networks[0])}"


def _look(job: Job, upscaler: Upscaler, wanted: Enlargement, shown: PhotographProgress | JsonProgress) -> None:
    """Show what would be done with a photograph."""
    from srkit.errors import ImageError
    from srkit.photographs.enlargement import estimate, peak

    try:
        found = estimate(job, upscaler, wanted)
    except ImageError as error:
        shown.fail(job, str(error))
        return
    if found.note:
        shown.note(f"{job.source}: {found.note}")
    shown.would(job, found, [one.name for one in upscaler.networks], peak(found, upscaler))
