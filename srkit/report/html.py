"""A report as one page that contains everything and loads nothing from the network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from srkit.report import sentences
from srkit.report.data_uris import heat, heat_gradient, png_uri, thumbnail_uri
from srkit.report.document import Document, Views
from srkit.report.drawings import Written
from srkit.report.figures import THEME, color_of
from srkit.report.numbers import UNITS, number, protocol

TEMPLATES = Path(__file__).parent / "templates"

FILTERS: Mapping[str, Callable[..., Any]] = {
    "color": lambda arm: THEME[color_of(arm)],
    "heat": lambda values, top: png_uri(heat(values, float(top))),
    "interval": sentences.interval,
    "kind": lambda part: type(part).__name__.lower(),
    "number": lambda value, metric, sign=False: number(metric, value, sign=sign),
    "protocol": protocol,
    "thumbnail": thumbnail_uri,
    "unit": lambda metric: UNITS.get(metric, ""),
    "wins": sentences.wins,
}
"""Filters of the template for values of a document."""


def page(document: Document, drawn: Mapping[str, Written], scores: str) -> str:
    """Return a report as a page.

    The page's own policy forbids it to load anything, and to run any script but its own.

    Args:
        document: The report.
        drawn: Its figures by their names.
        scores: Its scores as CSV.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(FILTERS)
    script = _own("report.js")
    return environment.get_template("report.html.j2").render(
        style=_own("report.css"),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        document=document,
        drawings={name: Markup(one.element) for name, one in drawn.items()},
        has_views=any(isinstance(part, Views) for section in document.sections for part in section.parts),
        csv=base64.b64encode(scores.encode()).decode(),
        gradient=heat_gradient(),
    )


def _own(name: str) -> Markup:
    """Read a file of this package, which needs no escaping."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))
