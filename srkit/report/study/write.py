"""The reports of a study: tables, figures, and one page that holds everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from srkit.atomic import whole, write_text
from srkit.report.figures import png, svg_file
from srkit.report.study.csvs import measures_csv, scores_csv
from srkit.report.study.figures import figures_of
from srkit.report.study.html import write_html
from srkit.report.study.markdown import write_markdown
from srkit.report.study.read import read_study
from srkit.report.study.study import Block, Study
from srkit.report.study.views import views


def write_study(folder: Path) -> Path:
    """Write the report of a study as far as it has come, and return the page's path.

    ``study.html``, ``report.md``, ``table.md``, ``scores.csv``, ``measures.csv`` and ``figures/`` are written
    into the study folder. The table and both CSV files are equal, byte for byte, for equal scores and
    measures: no time, no memory and no machine is in them.

    Raises:
        RunError: The folder is no study's, no trial of it has scores, or a file of it is damaged.
        ImageError: A picture of it is damaged.
    """
    study = read_study(folder)
    shown = views(study)
    write_text(folder / "scores.csv", scores_csv(study))
    write_text(folder / "measures.csv", measures_csv(study))
    drawings: dict[str, dict[str, str]] = {block.name: {} for block in study.blocks}
    listed: dict[str, list[tuple[str, str]]] = {block.name: [] for block in study.blocks}
    for block, name, title, path, drawing in _drawn(study):
        drawings[block][name] = drawing
        listed[block].append((title, path))
    write_markdown(study, listed)
    return write_html(study, drawings, shown)


def _short(block: Block) -> str:
    """Return a block's name as part of a file's, without what Markdown would have to escape."""
    return re.sub(r"[^\w.-]+", "-", block.name)


def _drawn(study: Study) -> Iterator[tuple[str, str, str, str, str]]:
    """Draw each figure to PNG and SVG, and yield block, name, title, where the PNG is, and the SVG."""
    (study.folder / "figures").mkdir(exist_ok=True)
    for number, block in enumerate(study.blocks, 1):
        unique = sum(_short(other) == _short(block) for other in study.blocks) == 1
        ending = f"-{_short(block) if unique else number}" if block.name else ""
        for name, title, figure in figures_of(study, block):
            path = f"figures/{name}{ending}.png"
            drawing = svg_file(figure, f"{name}{ending}")
            write_text((study.folder / path).with_suffix(".svg"), drawing)
            with whole(study.folder / path) as temporary:
                temporary.write_bytes(png(figure))
            yield block.name, name, title, path, drawing
