"""Running stages in order or for some of the images, and the names of their random numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from torch import Tensor

from srkit.draws import Draws
from srkit.errors import DataError
from srkit.parts.degradation import DegradationFn, Traced
from srkit.parts.stage import StageFn
from srkit.work import Work

T = TypeVar("T")


def named(choices: Iterable[Callable[[int], T]], scale: int) -> list[tuple[str, T]]:
    """Build parts, each with the name of its child of the draws.

    It is the name of the part, with a number from the second use of that part on: ``noise``, ``jpeg``, ``noise_2``.
    So a part draws the same numbers when stages of other parts are put before it.

    Args:
        choices: Values of a slot: checked choices, or classes or functions with or without a part's mark.
        scale: The scale that the parts are built for.
    """
    times: Counter[str] = Counter()
    built = []
    for choice in choices:
        name = _name(choice)
        times[name] += 1
        built.append((name if times[name] == 1 else f"{name}_{times[name]}", choice(scale)))
    return built


def run(stages: Iterable[tuple[str, StageFn]], work: Work, draws: Draws) -> Work:
    """Return ``work`` after all ``stages``; each draws from the child of its name.

    A drawn value keeps its name, unless an earlier stage drew a value of that name: then the name of the stage
    is put before it, as in ``noise_2.sigma``.
    """
    for name, stage in stages:
        after = stage(replace(work, drawn={}), draws.child(name))
        _refuse(after, work, name)
        work = replace(after, drawn=together(work.drawn, after.drawn, name))
    return work


def _refuse(after: Work, before: Work, name: str) -> None:
    """Refuse what no stage may return.

    Raises:
        DataError: The stage returned something else than as many images, of the same channels and number type,
            another size of LR, or drawn values that are not one for each image.
    """
    wanted = [(*image.shape[:2], image.dtype) for image in before.images]
    if not isinstance(after, Work):
        found = type(after).__name__
    elif any(image.ndim != 4 for image in after.images) or wanted != [
        (*image.shape[:2], image.dtype) for image in after.images
    ]:
        found = ", ".join(f"{tuple(image.shape)} of {image.dtype}" for image in after.images) or "no image"
    elif after.low_size != before.low_size:
        found = f"low_size {after.low_size} in place of {before.low_size}"
    elif others := [key for key, value in after.drawn.items() if value.shape[:1] != (len(before),)]:
        found = f"{others[0]} of shape {tuple(after.drawn[others[0]].shape)}, whose rows are not the images"
    else:
        return
    raise DataError(
        f"stage {name}: wants a Work with {len(before)} images, (1,C,H,W) as it was given them, found {found}; "
        "the stage has a bug"
    )


def together(drawn: Mapping[str, Tensor], more: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    """Return ``drawn`` and ``more``; keys of ``more`` that are taken get ``name`` and a dot before them."""
    return {**drawn, **{f"{name}.{key}" if key in drawn else key: value for key, value in more.items()}}


def traced(degradation: DegradationFn, high: Tensor, draws: Draws) -> tuple[Tensor, Mapping[str, Tensor]]:
    """Return LR of HR, and the values that the degradation drew; none if it has no ``trace``."""
    if isinstance(degradation, Traced):
        return degradation.trace(high, draws)
    return degradation(high, draws), {}


def among(branches: Sequence[tuple[str, StageFn]], choice: Tensor, work: Work, draws: Draws) -> Work:
    """Return ``work`` after stage ``choice[n]`` for image n.

    Drawn values are kept only if all images of the batch went through the same stage.

    Args:
        branches: The stages, each with the name of its child of ``draws``.
        choice: (N,) whole numbers; an image whose number belongs to no stage is not changed.
        work: The images.
        draws: Their random numbers.

    Raises:
        DataError: A stage returned what no stage may return.
    """
    images, drawn = list(work.images), dict(work.drawn)
    for number, (name, stage) in enumerate(branches):
        rows = (choice == number).nonzero()[:, 0].tolist()
        if not rows:
            continue
        given = work.rows(rows)
        after = stage(given, draws.child(name)[rows])
        _refuse(after, given, name)
        for row, image in zip(rows, after.images, strict=True):
            images[row] = image
        if len(rows) == len(work):
            drawn = together(drawn, after.drawn, name)
    return replace(work, images=tuple(images), drawn=drawn)


def _name(choice: Any) -> str:
    while isinstance(choice, partial):
        choice = choice.func
    mark = getattr(choice, "__dict__", {}).get("__srkit_part__")
    return str(mark[1] if mark else getattr(choice, "name", None) or choice.__name__)
