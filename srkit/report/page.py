"""One page that holds everything and asks the network for nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, *, styles: Sequence[str], scripts: Sequence[str], **values: Any) -> str:
    """Fill a template that extends ``page.html.j2``.

    The page's own policy forbids it to load anything, and to run any script but this one.

    Args:
        template: Its file in the folder of templates.
        styles: Files of CSS, the later ones winning.
        scripts: Files of JavaScript, run one after the other.
        values: What the template speaks of.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    script = _own(scripts)
    return environment.get_template(template).render(
        style=_own(styles),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        **values,
    )


def _own(names: Sequence[str]) -> Markup:
    """Read what is our own and needs no escaping."""
    return Markup("\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names))
