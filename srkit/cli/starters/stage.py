"""A stage of degradations for srkit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import srkit
from srkit.draws import Draws
from srkit.work import Work


@srkit.stage("starter")
class Starter:
    """Take contrast away from every image, from none of it to a part of it.

    Args:
        most: Largest part of the contrast that is taken away.
    """

    @srkit.limited
    def __init__(self, scale: int, *, most: Annotated[float, srkit.Range(0, 1)] = 0.5) -> None:
        self.scale, self.most = scale, most

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the work with other images, and what was drawn for each."""
        kept = 1 - self.most * draws.uniform()
        images = [
            image.mean() + share * (image - image.mean())
            for image, share in zip(work.images, kept.tolist(), strict=True)
        ]
        return work.becomes(images, contrast=kept)


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
