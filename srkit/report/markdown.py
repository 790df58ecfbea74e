"""A report as Markdown, its figures in a folder beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from srkit.report import sentences
from srkit.report.document import Document, Drawings, Facts, Heading, Kernels, Listing, Part, Section, Text, Views
from srkit.report.drawings import Written, write_png
from srkit.report.image_sheets import kernel_sheet, view_sheet
from srkit.report.table import Cell, Table


def report(document: Document, drawn: Mapping[str, Written], folder: Path) -> str:
    """Return a report as Markdown, and write the sheets of pictures that it shows into ``folder``."""
    gains = sorted(document.gains, key=lambda gain: not gain.difference.certain)
    heads = [f"* {_bold(sentences.headline(gain), gain.difference.certain)}" for gain in gains]
    parts = [
        f"# {escaped(document.title)}",
        escaped(document.question),
        "\n".join([*heads, *map(_answer, document.answers)]),
        escaped(" · ".join(document.sketch)),
        f"**{document.warning}** What follows covers the others." if document.warning else "",
        *(text for one in document.sections for text in _section(one, drawn, folder)),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def lasting(document: Document) -> str:
    """Return the sections that are equal in another run of the same study, without their figures."""
    parts = [text for one in document.sections if one.lasting for text in _section(one, {}, None)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _answer(answer: sentences.Answer) -> str:
    verdicts = "; ".join(f"{name}: {text}" for name, text in answer.verdicts.items())
    return f"* **{escaped(answer.about)}**: {escaped(verdicts)}"


def _section(section: Section, drawn: Mapping[str, Written], folder: Path | None) -> Iterator[str]:
    texts = [text for part in section.parts for text in _part(part, drawn, folder)]
    if any(texts):
        yield from (f"## {escaped(section.title)}", escaped(section.intro), *texts)


def _part(part: Part, drawn: Mapping[str, Written], folder: Path | None) -> Iterator[str]:
    match part:
        case Heading(text, level):
            yield f"{'#' * level} {escaped(text)}"
        case Text(text):
            yield escaped(text)
        case Table():
            yield from map(table, part.parts())
        case Drawings(drawings):
            shown = [one for one in drawings if one.name in drawn]
            yield "\n".join(f"![{escaped(one.title)}]({drawn[one.name].path})" for one in shown)
        case Views() if folder is not None:
            yield from _views(part, folder)
        case Kernels(kernels) if folder is not None:
            yield f"![kernels]({write_png(folder, 'kernels', kernel_sheet(kernels))})"
        case Facts(facts):
            yield "\n".join(f"* {escaped(name)}: {escaped(text)}" for name, text in facts.items())
        case Listing(title, text):
            yield f"{escaped(title)}:"
            yield f"~~~yaml\n{text.strip()}\n~~~"


def _views(part: Views, folder: Path) -> Iterator[str]:
    """Yield a sheet for each place of a run; those of a study have too many arms, and are on the page only."""
    for number, view in enumerate(part.views, 1):
        if view.whole is not None:
            path = write_png(folder, f"place-{number}", view_sheet(view, part.limit))
            yield f"**{escaped(view.image)}**, {escaped(view.why)}"
            yield f"![{escaped(view.image)}]({path})"


def table(table: Table) -> str:
    """Return a table as Markdown; a note beneath a number stands in parentheses behind it."""
    heads = [escaped(column.alone or column.head) for column in table.columns]
    lines = [
        heads,
        ["---", *("--:" for _ in heads[1:])],
        *([_cell(cell) for cell in line] for line in (*table.lines, *((table.foot,) if table.foot else ()))),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def escaped(text: str) -> str:
    """Return text in which no character has a meaning in Markdown, in a table either."""
    for mark in "\\`*_[]|#":
        text = text.replace(mark, "\\" + mark)
    return " ".join(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split())


def _cell(cell: Cell) -> str:
    text = _bold(cell.text, cell.strong)
    return f"{text} ({escaped(cell.note)})" if cell.note else text


def _bold(text: str, strong: bool) -> str:
    return f"**{escaped(text)}**" if strong else escaped(text)
