"""``srkit compare``: folders of pictures and results of networks side by side, on one page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srkit.cli.complete import weights
from srkit.cli.seed_option import LARGEST_SEED

if TYPE_CHECKING:
    from srkit.comparison.compare import Comparison, Wish


def compare(
    versions: Annotated[
        list[str],
        typer.Argument(
            help="Two or more: folders of pictures, pictures, or what makes them: shipped weights, a file of "
            "weights, a run folder, a method.",
            autocompletion=weights,
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write, which is one file.")] = Path(
        "compare.html"
    ),
    high: Annotated[
        Path | None, typer.Option("--hr", help="Folder of HR pictures, or one: for scores and errors.")
    ] = None,
    low: Annotated[
        Path | None,
        typer.Option("--lr", help="Folder of LR pictures, or one: what networks enlarge; HR shrunk if not given."),
    ] = None,
    scale: Annotated[
        int | None,
        typer.Option(help="Scale of methods such as bicubic; that of the weights if not given."),
    ] = None,
    at_most: Annotated[
        int, typer.Option(min=1, help="Most pictures that are shown; of more, this many at even distances.")
    ] = 12,
    crop: Annotated[
        int, typer.Option(min=16, help="Side in pixels of the place of a picture where the versions differ most.")
    ] = 256,
    whole: Annotated[bool, typer.Option("--whole", help="Show whole pictures instead of places.")] = False,
    border: Annotated[
        int | None,
        typer.Option(min=0, help="Pixels cut off every side before scores; the scale if it is known, else 0."),
    ] = None,
    megabytes: Annotated[
        float, typer.Option(min=0.1, help="Size beyond which no further picture is put on the page.")
    ] = 25,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a page that exists.")] = False,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of a method, which may draw random numbers.")
    ] = 0,
    device: Annotated[str, typer.Option(help="cpu, cuda, ...; auto takes what there is.")] = "auto",
) -> None:
    """Write a page that shows pictures in several versions, with a slider, differences and scores.

    srkit compare out/lapsrn out/edsr --hr photos -o page.html

    srkit compare lapsrn-x4 bicubic my.safetensors --lr small -o page.html

    Pictures of two folders belong together if their names are equal, without
    endings such as _x4. The page is one file that needs no network.
    """
    from srkit.atomic import write_text
    from srkit.cli.compare_inputs import Inputs
    from srkit.comparison.compare import comparable
    from srkit.comparison.page import page
    from srkit.plugins import load_catalog
    from srkit.report.crop_windows import spread

    _make_room(output, overwrite)
    inputs = Inputs(versions, high, low, scale, load_catalog(), seed=seed, device=device)
    wish = inputs.wish(crop=None if whole else crop, border=border, megabytes=megabytes)
    pictures = comparable(inputs.pictures, wish)
    found = _followed(spread(pictures, at_most), wish)
    found.left_out |= inputs.alone
    write_text(output, page(found, inputs.facts(sys.argv[1:]), len(pictures) - len(found.views)))
    known = inputs.known_scale if border is None else border
    for line in _summary(output, found, min(at_most, len(pictures)), len(pictures), known):
        typer.echo(line)


def _followed(pictures: list[str], wish: Wish) -> Comparison:
    """Compare pictures, with a bar on a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    from srkit.comparison.compare import Comparison

    console, found = Console(stderr=True), Comparison(wish)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bars:
        for picture in bars.track(pictures, description="comparing"):
            if not found.add(picture):
                break
    return found


def _make_room(output: Path, overwrite: bool) -> None:
    """Check that the page can be written, before networks work for it."""
    from srkit.errors import DataError

    if output.is_dir():
        raise DataError(f"{output}: wants a file such as {output / 'compare.html'}, found a folder")
    if output.exists() and not output.is_file():  # a new file would take the place of the device
        raise DataError(f"{output}: wants a file, found a device or a pipe")
    if output.exists() and not overwrite:
        raise DataError(f"{output}: exists already; --overwrite replaces it")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{output}: cannot be written: {error.strerror}") from None


def _summary(output: Path, found: Comparison, wanted: int, every: int, known: int | None) -> list[str]:
    """Return the lines that are printed: means, what is missing, and the page."""
    from srkit.report.numbers import number

    lines = []
    if any(found.scores.values()):
        wide = max(map(len, found.wish.names))
        for name in found.wish.names:
            psnr, ssim = (found.mean(metric, name) for metric in ("psnr", "ssim"))
            if psnr is not None and ssim is not None:
                lines.append(f"{name:<{wide}}  {number('psnr', psnr)} dB  {number('ssim', ssim)}")
        if known is None:
            lines.append("note: the scale is not known, so the scores leave out no border; give --scale")
    lines += [f"note: {name}: {why}" for name, why in found.left_out.items()]
    shown, size = len(found.views), output.stat().st_size / 1e6
    if shown < wanted:
        lines.append(
            f"note: the page is full after {shown} of {wanted} pictures; "
            "--crop shows less of each, --megabytes allows more"
        )
    elif shown < every:
        lines.append(f"note: {shown} of {every} pictures are shown and scored; --at-most takes more")
    return [*lines, f"page: {output}  {shown} picture{'' if shown == 1 else 's'}, {size:.1f} MB"]
