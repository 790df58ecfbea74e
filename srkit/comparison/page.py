"""A comparison as a document, which becomes a page like a report."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from srkit.comparison.compare import Comparison
from srkit.comparison.versions import HR
from srkit.report import html
from srkit.report.document import Document, Facts, Section, Views
from srkit.report.numbers import count, label, number
from srkit.report.table import NOTHING, Cell, Column, Table
from srkit.report.views import error_range

WHERE = "Each picture shows one place: where the luma of the compared versions differs most. "
WHOLE = "Scores are of whole pictures. "
SIZES = "A version of another size than the largest one is stretched to it, and has no scores."


def page(found: Comparison, facts: Mapping[str, str], left: int) -> str:
    """Return a comparison as a page that holds everything and loads nothing.

    Args:
        found: The comparison.
        facts: How it was made, by the facts' names.
        left: How many pictures are not shown because of the limits.
    """
    return html.page(document(found, facts, left), {}, scores_csv(found))


def document(found: Comparison, facts: Mapping[str, str], left: int) -> Document:
    """Return a comparison as a document; the arguments are those of ``page``."""
    wish = found.wish
    names = wish.names
    scored = wish.reference == HR and any(found.scores.values())
    intro = ("" if wish.crop is None else WHERE) + (WHOLE if scored else "") + SIZES
    views = Views(tuple(found.views), error_range(found.views), {}, wish.reference, whole=wish.crop is None)
    sections = [Section("pictures", "Pictures", (views,), intro)]
    if scored:
        note = "PSNR and SSIM of every picture that is shown, and the mean over those that all versions have."
        sections.append(Section("scores", "Scores", (score_table(found),), note))
    if found.left_out:
        missing = Facts(found.left_out, plain=())
        sections.append(Section("missing", "Missing", (missing,), "What lacks a partner, or does not fit."))
    sections.append(Section("made", "Made with", (Facts(facts),)))
    shown = count(len(found.views), "picture")
    return Document(
        kind="comparison",
        title=" and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names),
        question="",
        sketch=[shown if not left else f"{shown} of {len(found.views) + left}", *_sketch(found)],
        gains=[],
        answers=[],
        warning="Some pictures lack a version." if found.left_out else "",
        sections=sections,
    )


def _sketch(found: Comparison) -> Iterator[str]:
    yield count(len(found.wish.names), "version")
    yield "with HR" if found.wish.reference == HR else "without HR"


def score_table(found: Comparison) -> Table:
    """Return the scores of every picture and version, and their means."""
    names, metrics = found.wish.names, list(found.scores)
    columns = [Column("picture"), *(Column(name, label(metric)) for metric in metrics for name in names)]
    pictures = list(dict.fromkeys(one for rows in found.scores.values() for one in rows))
    lines = []
    for picture in pictures:
        values = ((metric, found.scores[metric].get(picture, {}).get(name)) for metric in metrics for name in names)
        lines.append((Cell(picture), *(_cell(metric, value) for metric, value in values)))
    means = [_cell(metric, found.mean(metric, name)) for metric in metrics for name in names]
    return Table("Scores of every picture", tuple(columns), tuple(lines), (Cell("mean"), *means))


def scores_csv(found: Comparison) -> str:
    """Return a row for each picture and metric, in full precision."""
    names, text = found.wish.names, io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["picture", "metric", *names])
    for metric, rows in found.scores.items():
        for picture, row in rows.items():
            table.writerow([picture, metric, *(row.get(name, "") for name in names)])
    return text.getvalue()


def _cell(metric: str, value: float | None) -> Cell:
    return Cell(NOTHING) if value is None else Cell(number(metric, value), value)
