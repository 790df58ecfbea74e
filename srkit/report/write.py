"""Writing the report of a run or of a study into its folder."""

from __future__ import annotations

from pathlib import Path

from srkit.atomic import write_text
from srkit.report import html, markdown
from srkit.report.csv_files import measures_csv, scores_csv
from srkit.report.drawings import write_drawings
from srkit.report.read import read_results
from srkit.report.sections import document


def write_report(folder: Path) -> Path:
    """Write the report of a finished run, or of a study with the trials that it has, and return the page's path.

    The page (``report.html`` of a run, ``study.html`` of a study), ``report.md``, ``scores.csv`` and ``figures/``
    are written into the folder; for a study ``table.md`` and ``measures.csv`` too. ``table.md`` and both CSV files
    are equal, byte for byte, for equal scores and measures: no time, no memory and no machine is in them.

    Raises:
        RunError: The folder is neither a run's nor a study's, holds no scores yet, or a file of it is damaged.
        ImageError: A picture of it is damaged.
    """
    results = read_results(folder)
    report, scores = document(results), scores_csv(results)
    drawn = write_drawings(report, folder)
    write_text(folder / "scores.csv", scores)
    if not results.single:
        write_text(folder / "measures.csv", measures_csv(results))
        write_text(folder / "table.md", markdown.lasting(report))
    write_text(folder / "report.md", markdown.report(report, drawn, folder))
    path = folder / ("report.html" if results.single else "study.html")
    write_text(path, html.page(report, drawn, scores))
    return path
