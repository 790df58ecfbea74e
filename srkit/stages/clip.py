"""The limits of what a file or a sensor can hold."""

from __future__ import annotations

import srkit
from srkit.degrading.ragged import changed
from srkit.draws import Draws
from srkit.work import Work


@srkit.stage("clip")
class Clip:
    """Clip values to [0,1], as published pipelines do after noise; nothing else between stages does.

    ``jpeg`` and ``webp`` clip what they are given, so it changes nothing just before them.
    """

    def __init__(self, scale: int) -> None:
        self.scale = scale

    def __call__(self, work: Work, _draws: Draws) -> Work:
        """Return the images clipped."""
        return work.becomes(changed(lambda image: image.clamp(0, 1), work.images))
