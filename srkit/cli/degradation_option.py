"""A degradation on the command line: a config, a file of its own, or a name with options."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from srkit.cli.experiment import read_experiment
from srkit.config.check import check
from srkit.config.place import Layer, Mark
from srkit.config.source import Source, read
from srkit.errors import ConfigError, Problem
from srkit.parts import Degradation

if TYPE_CHECKING:
    from srkit.parts.degradation import DegradationFn
    from srkit.plugins import Catalog


RECIPES = ("bsrgan", "real_esrgan")
"""The names of the files in configs/degradations of srkit's repository, which many take for parts."""


@dataclass(frozen=True, kw_only=True)
class Degrading:
    """What is read beside no experiment.

    Args:
        degradation: The degradation.
    """

    degradation: Degradation


def is_file(text: str) -> bool:
    """Return whether a word of the command line is a YAML file rather than a part."""
    return text.endswith((".yaml", ".yml"))


def read_degradation(text: str, scale: int | None, catalog: Catalog) -> tuple[DegradationFn, int]:
    """Build the degradation of a config, of a file, or of a name with options, and return it with its scale.

    Raises:
        ConfigError: The text is none of these, the scale is missing or another one than the config's, or the
            degradation has problems: all of them, with their places.
    """
    if text in RECIPES and text not in catalog["degradation"]:
        what = f"is a recipe in a file, not a part; give configs/degradations/{text}.yaml of srkit's repository"
        raise ConfigError([Problem(text, "", what)])
    if is_file(text) and "use" not in read([Path(text)]).tree:
        experiment, source, _ = read_experiment([text])
        if scale not in (None, experiment.scale):
            where = source.where(("scale",))
            raise ConfigError([Problem("--scale", "", f"wants {experiment.scale}, as in {where}, got {scale}")])
        return experiment.degradation(experiment.scale), experiment.scale
    if scale is None:
        raise ConfigError([Problem("--scale", "", "must be given, such as --scale 4; only a config has its own")])
    checked: Degrading = check(_source(text), Degrading, catalog)
    return checked.degradation(scale), scale


def _source(text: str) -> Source:
    if not is_file(text):
        return read([], [f"degradation={text}"])
    # the folder is empty and not the working folder, so that messages name the file as it was given
    layer: Layer = {"degradation": f"${{file:{text}}}"}, {("degradation",): Mark(text, Path())}
    return read([], layers=[layer])
