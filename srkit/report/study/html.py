"""The report of a study as one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup

from srkit.atomic import write_text
from srkit.report.figures import for_page
from srkit.report.page import render
from srkit.report.pixels import png_uri
from srkit.report.study import measures, table, words
from srkit.report.study.compare import metrics
from srkit.report.study.figures import THEME, color_of
from srkit.report.study.study import OWN, Block, Study
from srkit.report.study.views import Version, View
from srkit.report.tables import label, number

Drawings = Mapping[str, Mapping[str, str]]
"""SVG files by block and name."""


def write_html(study: Study, drawings: Drawings, views: Sequence[View]) -> Path:
    """Write ``study.html`` into the study folder, and return its path."""
    arms = {arm.name: arm for block in study.blocks for arm in block.arms}
    page = render(
        "study.html.j2",
        styles=["report.css", "study.css"],
        scripts=["report.js", "study.js"],
        study=study,
        sketch=words.sketch(study),
        answers=words.answers(study),
        comparison=words.comparison(study),
        blocks=[_block(study, block, drawings[block.name]) for block in study.blocks],
        colors={name: THEME[color_of(arm)] for name, arm in arms.items()},
        views=[_view(study, view) for view in views],
        has_training=any("psnr" in drawn for drawn in drawings.values()),
        has_measures=bool(measures.measured(study)),
        legends=list(measures.legends(measures.measured(study))),
        words=words,
        costs=words.costs(study),
        missing=words.missing(study),
        measured=words.measured(study),
        machinery=words.machinery(study),
    )
    path = study.folder / "study.html"
    write_text(path, page)
    return path


def _block(study: Study, block: Block, drawings: Mapping[str, str]) -> Mapping[str, Any]:
    drawn = {name: Markup(for_page(file, f"{block.name} {name}".strip(), THEME)) for name, file in drawings.items()}
    tests = [OWN, *study.tests]
    return {
        "name": block.name,
        "scores": _table(table.score_table(study, block, metrics(block))),
        "protocol": words.protocols(block),
        "differences": [drawing for name, drawing in drawn.items() if name.startswith("difference-")],
        "tests": [(label(name), _table(table.test_table(study, block, name))) for name in metrics(block)],
        "protocols": [(test or table.AS_TRAINED, words.protocols(block, test)) for test in tests],
        "checkerboard": _table(table.checkerboard_table(study, block)),
        "measures": [drawn[name] for name in measures.MEASURES if name in drawn],
        "training": [drawn[name] for name in ("psnr",) if name in drawn],
        "costs": _table(table.cost_table(block)),
    }


def _table(one: table.Table) -> Mapping[str, Any]:
    """Return a table with the groups of its columns but the first, each with how many columns it spans."""
    groups = [(name, len(list(same))) for name, same in groupby(one.columns[1:], key=lambda column: column.group)]
    named = any(name for name, _ in groups)
    return {"columns": one.columns, "lines": one.lines, "groups": groups if named else []}


def _view(study: Study, view: View) -> Mapping[str, Any]:
    baseline = next(block.baseline for block in study.blocks if block.name == view.block)
    return {
        "block": view.block,
        "image": view.image,
        "title": ", ".join(filter(None, (view.block, view.image))),
        "seed": view.seed,
        "corner": view.corner,
        "shape": view.size,
        "baseline": baseline,
        "versions": [_version(version) for version in view.versions],
    }


def _version(version: Version) -> Mapping[str, Any]:
    psnr = "" if version.psnr is None else number("psnr", version.psnr)
    return {"kind": "version", "name": version.name, "uri": png_uri(version.picture), "psnr": psnr}
