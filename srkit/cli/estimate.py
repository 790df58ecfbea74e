"""``srkit estimate``: photographs in, their blur kernels out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from srkit.cli.complete import estimators
from srkit.cli.seed_option import LARGEST_SEED


def estimate(
    estimator: Annotated[
        str,
        typer.Argument(
            help="Estimator, such as kernelgan of the plugin srkit-kernelgan: a name, or "
            "'{use: NAME, option: value}'.",
            autocompletion=estimators,
        ),
    ],
    images: Annotated[list[str], typer.Argument(help="Photographs, folders of them, or patterns: '*.jpg'.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the results.")],
    scale: Annotated[int, typer.Option(min=2, help="How many times larger HR is.")] = 2,
    matlab: Annotated[
        bool, typer.Option("--matlab", help="Write a .mat file too, with the kernel as Kernel.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace results that exist.")] = False,
    skip: Annotated[
        bool, typer.Option("--skip-existing", help="Leave results that exist, to go on after a stop.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the estimator.")] = 0,
    device: Annotated[str, typer.Option(help="cpu, cuda, ...; auto takes what there is.")] = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Estimate the blur kernels of photographs: photo.jpg gives photo_x2.kernel.npy.

    Beside it come a picture of the kernel and of bicubic's (.png), and its width,
    its angle and how it was estimated (.json). A method takes it by the estimator
    stored:

    srkit upscale photo.jpg --scale 2 --model
    '{use: zssr, estimator: {use: stored, file: kernels/photo_x2.kernel.npy}}'

    Nothing is overwritten unless you say so. If some photographs fail, the others
    are estimated all the same, and the exit code is 1.
    """
    from srkit.cli.part_option import read_part_option
    from srkit.cli.progress_photographs import PhotographProgress
    from srkit.config.check import check_choice
    from srkit.config.show import fill
    from srkit.engine.generators import seeded
    from srkit.engine.precision import resolve_device
    from srkit.errors import DataError
    from srkit.photographs.estimate import SUFFIX, Estimating, estimate_kernel, existing_files
    from srkit.photographs.jobs import existing, plan, refuse
    from srkit.plugins import load_catalog

    if overwrite and skip:
        raise DataError("--overwrite and --skip-existing: give one of them")
    if output.suffix == ".npy":
        raise DataError(f"{output}: names a file; give a folder")
    catalog = load_catalog()
    use, options = read_part_option(estimator, "ESTIMATOR")
    choice = check_choice(use, options, catalog["estimator"].kind, catalog)
    with seeded(seed):
        built = choice(scale)
    bicubic = catalog.build("estimator", "bicubic", scale).kernel[0].numpy()
    how = Estimating(built, fill(choice), scale, bicubic, seed, resolve_device(device), matlab)
    planned = plan(images, f"_x{scale}", output, SUFFIX)
    jobs = planned.jobs
    if not (overwrite or skip):
        refuse(existing_files(jobs, how))
    taken = existing(jobs) if skip else []
    todo = [job for job in jobs if job not in taken]
    with PhotographProgress(len(todo), quiet=quiet) as progress:
        progress.say(f"{use}, x{scale}, {how.device}")
        progress.left_out({job.source: job.target for job in taken}, "exist already")
        for why, files in planned.left_out.items():
            progress.left_out(dict.fromkeys(files), why)
        for job in todo:
            progress.follow(job, estimate_kernel(job, how))
        progress.finish("estimated")
    raise typer.Exit(progress.code)
