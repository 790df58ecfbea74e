"""The two reports of a run: Markdown with pictures beside it, and one page that holds everything."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

import cv2
import jinja2
import numpy as np

from srkit.atomic import whole, write_text
from srkit.image.array import UInt8Image
from srkit.image.files import write
from srkit.report import figures, tables
from srkit.report.crops import ERROR_RANGE, Place, places
from srkit.report.read import Run, read_run

COLUMNS = {"lr": "LR", "bicubic": "bicubic", "srkit": "srkit", "hr": "HR"}
TEMPLATES = Path(__file__).parent / "templates"


def write_report(folder: Path) -> Path:
    """Write ``report.md`` and ``report.html`` into the run folder, and return the page's path.

    Raises:
        RunError: The folder is no finished run.
    """
    run = read_run(folder)
    shown = places(run)
    _markdown(run, shown)
    page = folder / "report.html"
    write_text(page, _html(run, shown))
    return page


def _facts(run: Run) -> Mapping[str, str]:
    summary, machine = run.summary, run.environment
    versions = [f"{name} {machine[name]}" for name in ("srkit", "torch", "numpy", "python") if name in machine]
    versions += [f"{name} {version}" for name, version in machine.get("plugins", {}).items()]
    minutes = summary["seconds"] / 60
    return {
        "model": f"{summary['model']}, {summary['parameters']:,} parameters, x{summary['scale']}, "
        f"{summary['color'].upper()}",
        "training": f"{summary['steps']:,} steps in {minutes:.1f} minutes; "
        f"best weights of step {summary['best_step']}",
        "machine": f"{machine.get('cpu', '')}, {machine.get('cores', '?')} cores; "
        f"device {machine.get('device', '?')}",
        "versions": ", ".join(versions),
        "seed": str(machine.get("seed", "")),
        "started": str(machine.get("started", "")),
        "command": " ".join(
            Path(word).name if i == 0 else word for i, word in enumerate(machine.get("command", []))
        ),
    }


def _markdown(run: Run, shown: list[Place]) -> None:
    folder = run.folder / "figures"
    folder.mkdir(exist_ok=True)
    with whole(folder / "curves.png") as temporary:
        temporary.write_bytes(figures.png(figures.curves(run)))
    parts = [
        f"# {run.summary['name']}",
        f"{tables.headline(run)}.",
        tables.markdown(tables.heading(run), tables.score_rows(run)),
        "\n".join(f"* {line}" for line in tables.protocol_lines(run)),
        "## Training",
        "![loss and validation PSNR](figures/curves.png)",
        "\n".join(f"* {name}: {text}" for name, text in _facts(run).items() if text),
        "## Pictures",
        f"LR, bicubic, srkit, HR; then the errors of bicubic and of srkit, 0 (black) to {ERROR_RANGE} grey levels.",
    ]
    for number, place in enumerate(shown):
        write(folder / f"place_{number}.png", strip(place))
        parts.append(f"**{place.image}**, {place.why}:\n\n![{place.image}](figures/place_{number}.png)")
    write_text(run.folder / "report.md", "\n\n".join(parts) + "\n")


def strip(place: Place) -> UInt8Image:
    """Put the pictures and errors of a place in a row, with white gaps."""
    tiles = [*(place.pictures[kind] for kind in COLUMNS), *(hot(place.errors[kind]) for kind in place.errors)]
    gap = np.full((tiles[0].shape[0], 6, 3), 255, np.uint8)
    row = [piece for tile in tiles for piece in (_rgb(tile), gap)][:-1]
    return np.concatenate(row, 1).repeat(2, 0).repeat(2, 1)


def hot(error: UInt8Image) -> UInt8Image:
    """Colour an error picture (H,W,1) from black over red and yellow to white."""
    return np.ascontiguousarray(cv2.applyColorMap(error, cv2.COLORMAP_INFERNO)[..., ::-1])


def _html(run: Run, shown: list[Place]) -> str:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)
    kernels = [(name, kernel) for name, kernel in run.kernels.items()][:8]
    return environment.get_template("report.html.j2").render(
        run=run,
        headline=tables.headline(run),
        columns=tables.heading(run),
        rows=tables.score_rows(run),
        protocol=tables.protocol_lines(run),
        facts=_facts(run),
        curves=figures.svg(figures.curves(run)),
        kernels=figures.svg(figures.kernel_sheet(kernels)) if kernels else "",
        places=[
            {
                "image": place.image,
                "why": place.why,
                "pictures": [(COLUMNS[kind], _uri(place.pictures[kind]), place.psnr.get(kind)) for kind in COLUMNS],
                "errors": [(COLUMNS[kind], _uri(hot(error))) for kind, error in place.errors.items()],
            }
            for place in shown
        ],
        error_range=ERROR_RANGE,
    )


def _rgb(image: UInt8Image) -> UInt8Image:
    return image if image.shape[-1] == 3 else image.repeat(3, -1)


def _uri(image: UInt8Image) -> str:
    _, data = cv2.imencode(".png", _rgb(image)[..., ::-1])
    return "data:image/png;base64," + base64.b64encode(data.tobytes()).decode()
