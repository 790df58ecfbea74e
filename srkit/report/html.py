"""A report as one page, which holds everything."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from srkit.report import sentences
from srkit.report.compare import Gain
from srkit.report.data_uris import heat, heat_gradient, png_uri, thumbnail_uri
from srkit.report.document import Document, Drawings, Kernels, Part, Section, Views
from srkit.report.drawings import Written
from srkit.report.figures import THEME, color_of
from srkit.report.numbers import UNITS, number, protocol
from srkit.report.page import render
from srkit.report.views import View


def page(document: Document, drawn: Mapping[str, Written], scores: str) -> str:
    """Return a report as a page.

    Args:
        document: The report.
        drawn: Its figures by their names.
        scores: Its scores as CSV.
    """
    sections = [_section(section, drawn) for section in document.sections]
    return render(
        document=document,
        heads=[_head(gain) for gain in document.gains],
        sections=sections,
        has_views=any(isinstance(part, Views) for section in document.sections for part in section.parts),
        colors=[THEME[color_of(number)] for number in range(len(THEME))],
        csv=base64.b64encode(scores.encode()).decode(),
        gradient=heat_gradient(),
    )


def _head(gain: Gain) -> Mapping[str, Any]:
    baseline, network = (number(gain.metric, mean) for mean in gain.means)
    mean = gain.difference.mean
    return {
        "metric": gain.metric.upper(),
        "against": gain.baseline_name,
        "unit": UNITS.get(gain.metric, ""),
        "means": f"{baseline} → {network}",
        "gain": number(gain.metric, mean, sign=True),
        "good": None if mean == 0 or np.isnan(mean) else (mean < 0) == gain.lower_is_better,
        "certain": gain.difference.certain,
        "interval": sentences.interval(gain),
        "wins": sentences.wins(gain),
        "protocol": protocol(gain.protocol),
        "lower": gain.lower_is_better,
    }


def _section(section: Section, drawn: Mapping[str, Written]) -> Mapping[str, Any]:
    parts = [(type(part).__name__.lower(), _part(part, drawn)) for part in section.parts]
    return {
        "key": section.key,
        "title": section.title,
        "intro": section.intro,
        "link": section.link or section.title,
        "parts": parts,
    }


def _part(part: Part, drawn: Mapping[str, Written]) -> Any:
    """Return a part of a section as the template wants it."""
    match part:
        case Drawings(drawings):
            return [Markup(drawn[one.name].element) for one in drawings]
        case Views(views, limit, kernels):
            return {"limit": limit, "places": [_view(view, limit, kernels.get(view.image)) for view in views]}
        case Kernels(kernels):
            return {name: _kernel(kernel) for name, kernel in kernels.items()}
    return part


def _view(view: View, limit: int, kernel: NDArray[np.float64] | None) -> Mapping[str, Any]:
    versions = [
        {
            "name": version.name,
            "uri": png_uri(version.picture),
            "psnr": "" if version.psnr is None else number("psnr", version.psnr),
        }
        for version in view.versions
    ]
    errors = [
        {"name": f"error of {name}", "uri": png_uri(heat(error, limit)), "psnr": ""}
        for name, error in view.errors.items()
    ]
    return {
        "image": view.image,
        "title": ", ".join(filter(None, (view.block, view.image))),
        "why": view.why,
        "corner": view.corner,
        "shape": view.size,
        "sides": view.sides,
        "versions": versions,
        "errors": errors,
        "kernel": "" if kernel is None else _kernel(kernel),
        "spot": _spot(view),
    }


def _spot(view: View) -> Mapping[str, Any] | None:
    """Return the whole image in small, and where on it the place lies, in percent of its sides."""
    if view.whole is None:
        return None
    height, width = view.whole.shape[:2]
    shares = (view.corner[0] / width, view.corner[1] / height, view.size[0] / width, view.size[1] / height)
    box = [round(100 * share, 3) for share in shares]
    return {"uri": thumbnail_uri(view.whole), "size": (width, height), "box": box}


def _kernel(kernel: NDArray[np.float64]) -> str:
    return png_uri(heat(kernel, float(kernel.max())))
