"""The image sets of a study, each opened once for all arms, since opening one reads every image's header."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial
from typing import Any

from srkit.config.check import Choice
from srkit.config.identity import DECISIVE, identity
from srkit.experiment import Experiment
from srkit.parts.dataset import ImageSet


class SharedImageSets:
    """Keeps every opened image set, by a hash of the part and the options that chose it."""

    def __init__(self) -> None:
        self._sets: dict[str, ImageSet] = {}

    def shared(self, experiment: Experiment) -> Experiment:
        """Return ``experiment`` with image sets that are opened here, on first use."""
        choices = {one.name: getattr(experiment.data, one.name) for one in fields(experiment.data)}
        slots: dict[str, Any] = {
            use: partial(self.open, choice) for use, choice in choices.items() if isinstance(choice, Choice)
        }
        return replace(experiment, data=replace(experiment.data, **slots))

    def open(self, choice: Choice) -> ImageSet:
        """Return the image set that ``choice`` names.

        Raises:
            SrkitError: It cannot be opened.
        """
        key = identity(choice, DECISIVE)
        if key not in self._sets:
            self._sets[key] = choice()
        return self._sets[key]
