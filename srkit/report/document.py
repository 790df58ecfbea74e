"""A report before it is HTML or Markdown: a masthead, and sections of tables, figures, pictures and text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from srkit.report.compare import Gain
from srkit.report.figures import Drawing
from srkit.report.sentences import Answer
from srkit.report.table import Table
from srkit.report.views import View


@dataclass(frozen=True)
class Heading:
    """A heading within a section; ``level`` is 3 for a block and 4 for a part of one."""

    text: str
    level: int = 3


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Drawings:
    """Figures side by side."""

    drawings: tuple[Drawing, ...]


@dataclass(frozen=True)
class Views:
    """Places of test images in every version.

    Args:
        views: The places.
        limit: The error of luma in grey levels that is drawn brightest.
        kernels: The blur kernels (k,k) of images that have one, by their names.
        reference: The version from which the errors are.
        whole: Whether the places are whole images.
    """

    views: tuple[View, ...]
    limit: int
    kernels: Mapping[str, NDArray[np.float64]]
    reference: str = "HR"
    whole: bool = False


@dataclass(frozen=True)
class Kernels:
    """Blur kernels (k,k) by the names of their images."""

    kernels: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Facts:
    """Facts by their names; ``plain`` has the names of those that are set in typewriter letters."""

    facts: Mapping[str, str]
    plain: tuple[str, ...] = ("command",)


@dataclass(frozen=True)
class Listing:
    """A YAML file; ``title`` says which."""

    title: str
    text: str


Part: TypeAlias = Heading | Text | Table | Drawings | Views | Kernels | Facts | Listing


@dataclass(frozen=True)
class Section:
    """A section of a report.

    Args:
        key: Its anchor on the page.
        title: Its heading.
        parts: Its parts in order.
        intro: Explanations that a reader needs.
        link: Its name in the page's table of contents; the title where empty.
        lasting: Whether another run of the same study gives the same section: no time, memory or machine.
    """

    key: str
    title: str
    parts: tuple[Part, ...]
    intro: str = ""
    link: str = ""
    lasting: bool = False


@dataclass(frozen=True)
class Document:
    """A report.

    Args:
        kind: ``run``, ``study`` or ``comparison``.
        title: Its title.
        question: The question that the study answers.
        sketch: The results in a few words.
        gains: The gains of a run's network, by metric.
        answers: The arms of a study that are better or worse than the baseline.
        warning: A sentence about what is missing, such as trials; empty if nothing is.
        sections: The sections in their order.
    """

    kind: str
    title: str
    question: str
    sketch: list[str]
    gains: list[Gain]
    answers: list[Answer]
    warning: str
    sections: list[Section] = field(default_factory=list)
