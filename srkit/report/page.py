"""One page that holds everything and asks the network for nothing."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


def render(**values: Any) -> str:
    """Fill the page's template with ``values``.

    The page's own policy forbids it to load anything, and to run any script but its own.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    script = _own("report.js")
    return environment.get_template("report.html.j2").render(
        style=_own("report.css"),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        **values,
    )


def _own(name: str) -> Markup:
    """Read a file of our own, which needs no escaping."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))
