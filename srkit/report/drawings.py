"""The figures of a report as files, and as elements of the page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from srkit.atomic import whole, write_text
from srkit.report.document import Document, Drawings
from srkit.report.figures import for_page, png, svg_file

FOLDER = "figures"


@dataclass(frozen=True)
class Written:
    """A figure that has been written: the path of its PNG within the folder, and the SVG element of the page."""

    path: str
    element: str


def write_drawings(document: Document, folder: Path) -> dict[str, Written]:
    """Write each figure of a report as PNG and SVG, and return them by their names."""
    written = {}
    parts = [part for section in document.sections for part in section.parts if isinstance(part, Drawings)]
    for drawing in (drawing for part in parts for drawing in part.drawings):
        path = write_png(folder, drawing.name, drawing.figure)
        file = svg_file(drawing.figure, drawing.name)
        write_text(folder / FOLDER / f"{drawing.name}.svg", file)
        written[drawing.name] = Written(path, for_page(file, drawing.title))
    return written


def write_png(folder: Path, name: str, figure: Figure) -> str:
    """Write a figure as PNG, and return its path within ``folder``."""
    (folder / FOLDER).mkdir(exist_ok=True)
    path = f"{FOLDER}/{name}.png"
    with whole(folder / path) as temporary:
        temporary.write_bytes(png(figure))
    return path
