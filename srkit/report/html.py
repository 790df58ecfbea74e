"""The report of a run as one page."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from srkit.atomic import write_text
from srkit.report import facts, figures, tables
from srkit.report.crops import Place, error_range
from srkit.report.page import render
from srkit.report.pixels import heat, heat_gradient, png_uri, thumbnail_uri
from srkit.report.read import Run
from srkit.report.scores import Comparison
from srkit.report.sheets import KERNELS, NAMES


def write_html(run: Run, comparisons: list[Comparison], shown: list[Place]) -> Path:
    """Write ``report.html`` into the run folder, and return its path."""
    kernels = {name: png_uri(heat(kernel, float(kernel.max()))) for name, kernel in run.kernels.items()}
    page = render(
        "report.html.j2",
        styles=["report.css"],
        scripts=["report.js"],
        run=run,
        sketch=facts.sketch(run),
        heads=[_head(one) for one in comparisons],
        lines=tables.image_lines(comparisons),
        mean=tables.mean_line(comparisons),
        csv=base64.b64encode(tables.to_csv(comparisons).encode()).decode(),
        error_range=error_range(shown) if shown else 0,
        gradient=heat_gradient(),
        places=[_place(place, error_range(shown), kernels.get(place.image, "")) for place in shown],
        curves=_curves(run),
        kernels=list(kernels.items())[:KERNELS],
        measured=facts.measured(run, comparisons),
        machinery=facts.machinery(run),
    )
    path = run.folder / "report.html"
    write_text(path, page)
    return path


def _head(one: Comparison) -> Mapping[str, Any]:
    means = tables.mean_line([one]).cells
    return {
        "metric": one.metric.upper(),
        "label": tables.label(one.metric),
        "unit": tables.UNITS.get(one.metric, ""),
        "bicubic": means[0].text,
        "srkit": means[1].text,
        "gain": means[2].text,
        "good": means[2].good,
        "certain": one.difference.certain,
        "interval": tables.interval(one),
        "wins": tables.wins(one),
        "protocol": tables.protocol(one.protocol),
        "lower": one.lower_is_better,
    }


def _place(place: Place, limit: int, kernel: str) -> Mapping[str, Any]:
    height, width = place.hr.shape[:2]
    top, left, box_height, box_width = place.box
    versions = [
        {
            "kind": kind,
            "name": NAMES[kind],
            "uri": png_uri(picture),
            "psnr": tables.number("psnr", place.psnr[kind]) if kind in place.psnr else "",
        }
        for kind, picture in place.pictures.items()
    ]
    errors = [
        {"kind": f"error-{kind}", "name": f"error of {NAMES[kind]}", "uri": png_uri(heat(error, limit))}
        for kind, error in place.errors.items()
    ]
    return {
        "image": place.image,
        "why": place.why,
        "versions": versions,
        "errors": [{**error, "psnr": ""} for error in errors],
        "shape": (box_width, box_height),
        "corner": (left, top),
        "kernel": kernel,
        "thumbnail": thumbnail_uri(place.hr),
        "size": (width, height),
        "box": [
            round(100 * part, 3) for part in (left / width, top / height, box_width / width, box_height / height)
        ],
    }


def _curves(run: Run) -> list[Markup]:
    drawn = {"training loss": figures.loss_curve(run), "validation PSNR": figures.psnr_curve(run)}
    return [Markup(figures.svg(figure, name)) for name, figure in drawn.items() if figure]
