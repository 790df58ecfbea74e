"""The contract of stages of a chain."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
from torch import Tensor

from srkit.draws import Draws
from srkit.errors import SrkitError
from srkit.registry import Part
from srkit.testing.making import SCALES, Make, rebuilt, steady
from srkit.work import Work

INSTEAD = "draw from the draws that it is given"


def stage(part: Part, make: Make) -> None:
    """Check that images (1,C,H,W) become others, each by itself, with random numbers from the draws alone.

    A stage may refuse scales when it is built, but not all. It may also refuse images that do not have HR's
    size, by an error of srkit.
    """
    for (scale,) in make.allowed(SCALES):
        high, other = (16 * scale, 12 * scale), (11 * scale, 19 * scale)
        for channels in (3, 1):
            _works(part, make, scale, _work(channels, high, high, high), may_refuse=False)
            _works(part, make, scale, _work(channels, other, high, other, (9, 30)), may_refuse=True)


@torch.no_grad()
def _works(part: Part, make: Make, scale: int, work: Work, *, may_refuse: bool) -> None:
    built, count, given = make(scale), len(work), [image.clone() for image in work.images]
    try:
        after = built(work, _draws(count))
    except Exception as error:
        if may_refuse and isinstance(error, SrkitError):
            return
        # a plugin may raise any error; the message must name the images
        raise AssertionError(f"{part}: fails on images of {_shapes(work)} at x{scale}: {error!r}") from error
    _sound(part, work, after)
    for image, before in zip(work.images, given, strict=True):
        assert torch.equal(image, before), f"{part}: changes the images that it is given"
    with ThreadPoolExecutor(1) as threads:  # batches are prepared in threads
        again = threads.submit(built, work, _draws(count)).result()
    assert _same(after, again), f"{part}: the same draws must give the same images; {INSTEAD}"
    for row in range(count):
        alone = built(work.rows([row]), _draws(count)[row : row + 1])
        assert torch.equal(alone.images[0], after.images[row]), (
            f"{part}: image {row} alone becomes another one than in a batch of {count}; what becomes of it may "
            "depend on its own row of the draws alone, to the last bit"
        )

    def first(image: Tensor) -> Tensor:
        images: tuple[Tensor, ...] = built(work.becomes([image, *work.images[1:]]), _draws(count)).images
        return images[0]

    rebuilt(part, steady(part, first, work.images[0], instead=INSTEAD), make(scale)(work, _draws(count)).images[0])


def _sound(part: Part, work: Work, after: Any) -> None:
    assert isinstance(after, Work), (
        f"{part}: wants a Work, gave {type(after).__name__}; return work.becomes(images)"
    )
    assert len(after) == len(work), f"{part}: wants {len(work)} images, as it was given, gave {len(after)}"
    assert after.low_size == work.low_size, (
        f"{part}: wants low_size as it was given, {work.low_size}, gave {after.low_size}"
    )
    for image, before in zip(after.images, work.images, strict=True):
        assert image.ndim == 4 and image.shape[:2] == before.shape[:2] and image.numel() > 0, (  # noqa: PT018
            f"{part}: wants an image of {(*before.shape[:2], 'H', 'W')}, gave shape {tuple(image.shape)}"
        )
        assert image.dtype == before.dtype, f"{part}: wants images of {before.dtype}, gave {image.dtype}"
        assert image.isfinite().all(), f"{part}: gives values that are not numbers"
    for name, value in after.drawn.items():
        assert isinstance(value, Tensor) and value.shape[:1] == (len(work),), (  # noqa: PT018
            f"{part}: wants what was drawn as tensors with {len(work)} rows, one for each image; {name} is none"
        )


def _same(first: Work, second: Work) -> bool:
    return all(torch.equal(*pair) for pair in zip(first.images, second.images, strict=True))


def _work(channels: int, *sizes: tuple[int, int]) -> Work:
    return Work(tuple(torch.rand(1, channels, *size) for size in sizes), (16, 12))


def _shapes(work: Work) -> str:
    return ", ".join(str(tuple(image.shape)) for image in work.images)


def _draws(count: int) -> Draws:
    return Draws.of(("stage", row) for row in range(count))
