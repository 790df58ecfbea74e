"""The report of a study as Markdown, its figures in a folder beside it; and the score table alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from srkit.atomic import write_text
from srkit.report.study import measures, table, words
from srkit.report.study.compare import metrics
from srkit.report.study.study import OWN, Study
from srkit.report.tables import escaped

NUMBERS = "What the measures are in full, with formulas and examples: `docs/numbers.md` of srkit."


def write_markdown(study: Study, figures: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Write ``report.md`` and ``table.md`` into the study folder.

    ``table.md`` holds what is the same whenever the study is run: no time, no memory, no machine.

    Args:
        study: The study.
        figures: Title and path of each figure, by block.
    """
    tables = tables_of(study)
    write_text(study.folder / "table.md", "\n\n".join(tables) + "\n")
    missing = [f"* **{escaped(name)}**: {escaped(text)}" for name, text in words.missing(study)]
    parts = [
        f"# {escaped(study.title)}",
        escaped(study.question),
        "\n".join(map(_answer, words.answers(study))),
        escaped(" · ".join(words.sketch(study))),
        "\n".join(["Not complete, so not in what follows:", "", *missing]) if missing else "",
        *tables,
        *_figures(figures),
        "## Costs",
        words.costs(study),
        *(part for block in study.blocks for part in (_title(block.name), table.markdown(table.cost_table(block)))),
        "## How it was measured",
        _list(words.measured(study)),
        "## Made with",
        _list(words.machinery(study)),
        "## Study file, every default written out",
        f"~~~yaml\n{study.text.strip()}\n~~~",
    ]
    write_text(study.folder / "report.md", "\n\n".join(filter(None, parts)) + "\n")


def tables_of(study: Study) -> list[str]:
    """Return the tables of scores, further tests and measures, with what must be known to read them."""
    parts = ["## Scores", *words.comparison(study)]
    for block in study.blocks:
        parts += [_title(block.name)]
        parts += [table.markdown(table.score_table(study, block, [metric])) for metric in metrics(block)]
        parts += [escaped(words.protocols(block))]
    if study.tests:
        parts += ["## Further tests", words.TESTS]
        for block in study.blocks:
            parts += [_title(block.name)]
            parts += [table.markdown(table.test_table(study, block, metric)) for metric in metrics(block)]
            protocols = ((test or table.AS_TRAINED, words.protocols(block, test)) for test in (OWN, *study.tests))
            parts += ["\n".join(f"* {escaped(test)}: {escaped(text)}" for test, text in protocols)]
    if names := measures.measured(study):
        parts += ["## Checkerboard", words.ENDS]
        for block in study.blocks:
            parts += [_title(block.name), table.markdown(table.checkerboard_table(study, block))]
        parts += [_list(dict(measures.legends(names))), NUMBERS]
    return [part for part in parts if part]


def _figures(figures: Mapping[str, Sequence[tuple[str, str]]]) -> Iterator[str]:
    yield "## Figures"
    yield f"{words.DOTS} {words.LINES}"
    for name, drawn in figures.items():
        yield _title(name)
        yield "\n".join(f"![{escaped(title)}]({path})" for title, path in drawn)


def _answer(one: words.Answer) -> str:
    verdicts = "; ".join(f"{name}: {text}" for name, text in one.verdicts.items())
    return f"* **{escaped(one.about)}**: {escaped(verdicts)}"


def _title(block: str) -> str:
    return f"### {escaped(block)}" if block else ""


def _list(found: Mapping[str, str]) -> str:
    return "\n".join(f"* {escaped(name)}: {escaped(text)}" for name, text in found.items())
