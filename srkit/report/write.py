"""The two reports of a run: Markdown with figures beside it, and one page that holds everything."""

from __future__ import annotations

from pathlib import Path

from srkit.atomic import write_text
from srkit.report.crops import places
from srkit.report.html import write_html
from srkit.report.markdown import write_markdown
from srkit.report.read import Run, read_run
from srkit.report.scores import Comparison, compare
from srkit.report.tables import to_csv


def write_report(folder: Path) -> Path:
    """Write ``report.html``, ``report.md`` and ``scores.csv`` into the run folder, and return the page's path.

    Raises:
        RunError: The folder is no finished run, or a file of it is damaged.
        ImageError: A picture of it is damaged.
    """
    run = read_run(folder)
    comparisons = comparisons_of(run)
    shown = places(run, comparisons[0])
    write_text(folder / "scores.csv", to_csv(comparisons))
    write_markdown(run, comparisons, shown)
    return write_html(run, comparisons, shown)


def comparisons_of(run: Run) -> list[Comparison]:
    """Return every metric of a run beside bicubic, PSNR first."""
    metrics = sorted(run.scores.metrics, key=lambda metric: metric != "psnr")
    return [compare(run.scores, metric, run.summary.protocol.get(metric, {})) for metric in metrics]
