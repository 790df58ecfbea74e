"""The report as Markdown, its figures in a folder beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from srkit.atomic import whole, write_text
from srkit.report import facts, figures, sheets, tables
from srkit.report.crops import Place, error_range
from srkit.report.read import Run
from srkit.report.scores import Comparison


def write_markdown(run: Run, comparisons: list[Comparison], shown: list[Place]) -> Path:
    """Write ``report.md`` and the PNG files it shows into the run folder, and return its path."""
    parts = [
        f"# {tables.escaped(run.summary.name)}",
        "\n".join(f"* **{tables.headline(one)}**" for one in comparisons if one.difference.certain),
        "\n".join(f"* {tables.headline(one)}" for one in comparisons if not one.difference.certain),
        tables.escaped(" · ".join(facts.sketch(run))),
        "## Scores",
        tables.markdown(comparisons),
        *_places(run.folder, shown),
        *_curves(run),
        *_kernels(run),
        "## How it was measured",
        _list(facts.measured(run, comparisons)),
        "## Made with",
        _list(facts.machinery(run)),
        "## Config, every default written out",
        f"~~~yaml\n{run.config.strip()}\n~~~",
    ]
    path = run.folder / "report.md"
    write_text(path, "\n\n".join(filter(None, parts)) + "\n")
    return path


def _places(folder: Path, shown: list[Place]) -> list[str]:
    if not shown:
        return []
    limit = error_range(shown)
    parts = [
        "## Where srkit gains most",
        "One place of each image, chosen by squared error of luma. The last place is the worst one of all these "
        f"images. PSNR is of the crop's luma. Errors: absolute differences of luma from HR, up to {limit}.",
    ]
    for number, place in enumerate(shown, 1):
        figure = _saved(folder, f"place-{number}", sheets.place_sheet(place, limit))
        parts += [f"**{tables.escaped(place.image)}**, {place.why}", f"![{tables.escaped(place.image)}]({figure})"]
    return parts


def _curves(run: Run) -> list[str]:
    drawn = {"loss": figures.loss_curve(run), "psnr": figures.psnr_curve(run)}
    lines = [f"![{name}]({_saved(run.folder, name, figure)})" for name, figure in drawn.items() if figure]
    return ["## Training", "\n".join(lines)] if lines else []


def _kernels(run: Run) -> list[str]:
    if not run.kernels:
        return []
    kernels = dict(list(run.kernels.items())[: sheets.KERNELS])
    figure = _saved(run.folder, "kernels", sheets.kernel_sheet(kernels))
    which = "" if len(kernels) == len(run.kernels) else f"the first {len(kernels)} of {len(run.kernels)}: "
    text = f"What blurred the test images, {which}each from zero to its own largest weight."
    return ["## Kernels", text, f"![kernels]({figure})"]


def _saved(folder: Path, name: str, figure: Figure) -> str:
    (folder / "figures").mkdir(exist_ok=True)
    with whole(folder / "figures" / f"{name}.png") as temporary:
        temporary.write_bytes(figures.png(figure))
    return f"figures/{name}.png"


def _list(found: Mapping[str, str]) -> str:
    return "\n".join(f"* {name}: {tables.escaped(text)}" for name, text in found.items())
