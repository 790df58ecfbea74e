"""The sections of a report, the same for every form in which it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from srkit.report import measures, provenance, sentences, tables
from srkit.report.compare import gains, metrics
from srkit.report.document import Document, Drawings, Facts, Heading, Kernels, Listing, Part, Section, Text, Views
from srkit.report.figures import Drawing
from srkit.report.numbers import label
from srkit.report.plots import measure_drawings, score_drawings, training_drawings, validation_drawings
from srkit.report.results import OWN, BlockResult, Results
from srkit.report.views import error_range, views

KERNELS = 24
"""Most kernels that are shown; all kernels of a large test set would fill the report."""

PLACES = (
    "Each image shows one place, chosen by the squared error of luma; the last place is the worst one of all these "
    "images. PSNR is of the crop's luma. Errors are absolute differences of luma from HR, in grey levels of 255."
)
PICTURES = (
    "The same crop is shown of every arm that was tested on it, where the luma of the arms differs most. PSNR is "
    "of the crop's luma."
)
FORMULAS = "The documentation's page on numbers (docs/numbers.md) has the measures' formulas and examples."


def document(results: Results) -> Document:
    """Return the report of a run or a study.

    Raises:
        ImageError: A picture in the folder is damaged.
    """
    single, missing = results.single, sentences.missing(results)
    verb = "is" if len(missing) == 1 else "are"
    every = (
        _scores(results),
        *_further(results),
        *_pictures(results),
        *_checkerboard(results),
        *_training(results),
        *_kernels(results),
        *_costs(results),
        *_missing(missing),
        Section("measured", "How it was measured", (Facts(provenance.measured(results)),)),
        Section("made", "Made with", (Facts(provenance.machinery(results)),)),
        _listing(results),
    )
    return Document(
        kind="run" if single else "study",
        title=results.title,
        question=results.question,
        sketch=provenance.sketch(results),
        gains=gains(results) if single else [],
        answers=[] if single else sentences.answers(results),
        warning=f"{len(missing)} of {len(results.trials)} trials {verb} not complete." if missing else "",
        sections=list(every),
    )


def _scores(results: Results) -> Section:
    if results.single:
        parts: list[Part] = [tables.image_table(results)]
        return Section("scores", "Scores", tuple(parts), "Every test image, and the mean over all.", lasting=True)
    intro, *reading = sentences.comparison(results)
    parts = []
    for block in results.blocks:
        names = metrics(block)
        parts += [*_title(block), tables.score_table(results, block, names), Text(sentences.protocols(block))]
        parts += _drawings(results, block, score_drawings(results, block, names))
    return Section("scores", "Scores", (*parts, Text(f"{reading[0]} {sentences.DOTS}")), intro, lasting=True)


def _further(results: Results) -> Iterator[Section]:
    if not results.tests:
        return
    parts: list[Part] = []
    for block in results.blocks:
        parts += _title(block)
        for name in metrics(block):
            parts += [Heading(label(name), 4), tables.further_table(results, block, name)]
        protocols = {test or tables.AS_TRAINED: sentences.protocols(block, test) for test in (OWN, *results.tests)}
        parts += [Facts({test: text for test, text in protocols.items() if text}, plain=())]
    yield Section("tests", "Further tests", tuple(parts), sentences.TESTS, lasting=True)


def _pictures(results: Results) -> Iterator[Section]:
    if not (shown := tuple(views(results))):
        return
    if not results.single:
        yield Section("pictures", "Pictures", (Views(shown, 0, {}),), PICTURES)
        return
    part = Views(shown, error_range(shown), results.runs[0].kernels)
    yield Section("pictures", f"Where {results.network} gains most", (part,), PLACES, link="Pictures")


def _checkerboard(results: Results) -> Iterator[Section]:
    if not (names := measures.measured(results)):
        return
    parts: list[Part] = []
    for block in results.blocks:
        parts += [*_title(block), tables.checkerboard_table(results, block)]
        parts += _drawings(results, block, measure_drawings(results, block))
    parts += [Facts(dict(measures.legends(names))), Text(f"{sentences.LINES} {FORMULAS}")]
    yield Section("checkerboard", "Checkerboard", tuple(parts), sentences.ENDS, lasting=True)


def _training(results: Results) -> Iterator[Section]:
    if results.single:
        run = results.runs[0]
        drawn = [*training_drawings(run), *validation_drawings(results, results.blocks[0], run.scores.metrics)]
        intro = f"{sentences.NEIGHBOURS} {sentences.KEPT}"
        parts: list[Part] = _drawings(results, results.blocks[0], drawn)
    else:
        intro, parts = f"Values are of the validation images. {sentences.LINES}", []
        for block in results.blocks:
            if found := _drawings(results, block, validation_drawings(results, block, metrics(block)[:1])):
                parts += [*_title(block), *found]
    if parts:
        yield Section("training", "Training", tuple(parts), intro)


def _kernels(results: Results) -> Iterator[Section]:
    if not (results.single and (every := results.runs[0].kernels)):
        return
    shown = dict(list(every.items())[:KERNELS])
    which = "the test images" if len(shown) == len(every) else f"the first {len(shown)} of {len(every)} test images"
    intro = f"These kernels blurred {which}; each is drawn from zero to its own largest weight."
    yield Section("kernels", "Kernels", (Kernels(shown),), intro)


def _costs(results: Results) -> Iterator[Section]:
    if results.single:
        return
    parts: list[Part] = []
    for block in results.blocks:
        parts += [*_title(block), tables.cost_table(block)]
    yield Section("costs", "Costs", tuple(parts), sentences.costs(results))


def _missing(missing: list[tuple[str, str]]) -> Iterator[Section]:
    if missing:
        intro = "The same command tries these trials again, and leaves the others alone."
        yield Section("missing", "Missing", (Facts(dict(missing), plain=()),), intro)


def _listing(results: Results) -> Section:
    if results.single:
        return Section("config", "Config", (Listing("The whole config, every default written out", results.text),))
    intro = (
        "The folder of the study holds every number in full precision, in scores.csv and measures.csv, and the "
        "whole config of each trial."
    )
    listing = Listing("The study, every default written out", results.text)
    return Section("config", "Study file", (listing,), intro)


def _title(block: BlockResult) -> list[Part]:
    return [Heading(block.name)] if block.name else []


def _drawings(results: Results, block: BlockResult, drawings: Iterable[Drawing]) -> list[Part]:
    """Return figures with unique names for files: each ends in the name or the number of its block."""
    short = [re.sub(r"[^\w.-]+", "-", one.name) for one in results.blocks]  # Markdown must not escape it
    at = results.blocks.index(block)
    behind = short[at] if short.count(short[at]) == 1 else str(at + 1)
    found = [replace(one, name=f"{one.name}-{behind}" if block.name else one.name) for one in drawings]
    return [Drawings(tuple(found))] if found else []
