"""What every part of a kind must keep, whoever wrote it. A contract raises AssertionError, saying what broke."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from srkit.errors import BuildError
from srkit.plugins import Catalog, load_catalog
from srkit.registry import Part
from srkit.testing.dataset import dataset
from srkit.testing.degradation import degradation
from srkit.testing.launcher import launcher
from srkit.testing.loss import loss
from srkit.testing.making import Make, undisturbed
from srkit.testing.metric import metric
from srkit.testing.model import model
from srkit.testing.optimizer import optimizer
from srkit.testing.reader import reader
from srkit.testing.schedule import schedule
from srkit.testing.tracker import tracker
from srkit.testing.upsampler import upsampler


def check_part(part: Part, catalog: Catalog | None = None, /, **options: Any) -> None:
    """Check that ``part``, built with ``options``, keeps the contract of its kind.

    Every part must say what it is in the first line of its docstring. ``docs/add-a-part.md`` has the contracts
    in words. A dataset is opened where its options say; trackers and launchers work in temporary folders.

    Args:
        part: A part on a shelf: ``load_catalog()["upsampler"]["sharpen"]``.
        catalog: Where it stands, with what fills its slots; None is everything installed.
        options: Its options, as YAML would give them; those without a default must be there.

    Raises:
        AssertionError: What the part does not keep, or why it could not be built.
    """
    assert part.summary, f"{part} has no docstring; its first line stands in every listing"
    make = Make(part, load_catalog() if catalog is None else catalog, options)
    with undisturbed():
        try:
            CONTRACTS[part.kind.name](part, make)
        except BuildError as error:
            raise AssertionError(f"{error}\npass options that it takes: check_part(part, option=...)") from error


CONTRACTS: Mapping[str, Callable[[Part, Make], None]] = {
    "upsampler": upsampler,
    "model": model,
    "loss": loss,
    "degradation": degradation,
    "metric": metric,
    "dataset": dataset,
    "optimizer": optimizer,
    "schedule": schedule,
    "tracker": tracker,
    "launcher": launcher,
    "reader": reader,
}
