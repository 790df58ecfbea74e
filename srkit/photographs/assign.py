"""The network that enlarges each photograph, found before the first is enlarged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from srkit.errors import ImageError, SrkitError
from srkit.network.network import Network
from srkit.photographs.enlargement import Enlargement, headers, leading
from srkit.photographs.job import Job
from srkit.photographs.sizes import enlarged
from srkit.plugins import Catalog
from srkit.weights.load import load_for

Chain = tuple[Network, ...]
"""Networks that are applied one after the other; most often a single one."""


@dataclass(frozen=True)
class Assigned:
    """A photograph with the network that enlarges it.

    Args:
        job: The photograph.
        networks: The networks, one after the other, or in words why there are none.
    """

    job: Job
    networks: Chain | str


@dataclass(frozen=True)
class Assignment:
    """What is to be done with the photographs.

    Args:
        todo: The photographs to enlarge, in their order.
        large: The photographs that have the wished size, or are larger.
    """

    todo: list[Assigned]
    large: list[Job]

    @classmethod
    def alike(cls, jobs: Sequence[Job], networks: Chain) -> Assignment:
        """Give the same to all photographs, since all become as many times larger; no header is read."""
        return cls([Assigned(job, networks) for job in jobs], [])

    @property
    def chains(self) -> list[Chain]:
        """What is needed, each once, by its scale."""
        needed = {one.networks for one in self.todo if not isinstance(one.networks, str)}
        return sorted(needed, key=_scale)


def assign(
    jobs: Sequence[Job], wanted: Enlargement, what: str | Mapping[str, Any] | None, catalog: Catalog, seed: int = 0
) -> Assignment:
    """Find the networks of each photograph, by how many times larger it becomes. Each network is loaded once.

    Only the headers of the photographs are read.

    Args:
        jobs: The photographs.
        wanted: The size that they are to have.
        what: The network, as in ``srkit.weights.load.load``; None is what comes with srkit for each scale.
        catalog: The catalog with readers, methods and the parts of models.
        seed: Seed of the random numbers of a method.

    Raises:
        SrkitError: There is no such network, or it does not enlarge even the photograph that becomes the fewest
            times larger.
    """
    factors: dict[Job, float] = {}
    sizes: dict[Job, tuple[int, int]] = {}
    why_not: dict[Job, str] = {}
    for job in jobs:
        try:
            sketch = leading(headers(job, wanted.max_pixels), wanted.size)
        except ImageError as error:
            why_not[job] = str(error)
        else:
            sizes[job] = sketch.height, sketch.width
            factors[job] = wanted.size.factor(*sizes[job])
    loaded = _load(what, [times for times in factors.values() if times > 1], catalog, seed)
    todo, large = [], []
    for job in jobs:
        if job in why_not:
            todo.append(Assigned(job, why_not[job]))
        elif factors[job] <= 1:
            large.append(job)
        else:
            networks = loaded[factors[job]]
            if isinstance(networks, SrkitError):
                height, width = enlarged(*sizes[job], factors[job])
                todo.append(Assigned(job, f"{job.source}: to become {width} x {height}: {networks}"))
            else:
                todo.append(Assigned(job, networks))
    return Assignment(todo, large)


def _load(
    what: str | Mapping[str, Any] | None, factors: Iterable[float], catalog: Catalog, seed: int
) -> dict[float, Chain | SrkitError]:
    """Return the networks of every factor, or the error; the error of the smallest factor is raised."""
    found: dict[float, Chain | SrkitError] = {}
    before: dict[str, Network] = {}
    last: Chain = ()
    for factor in sorted(set(factors)):
        if factor > _scale(last):  # networks serve all factors from that of the one before it
            try:
                last, _ = load_for(what, factor, catalog, seed=seed, before=before)
            except SrkitError as error:
                if not found:
                    raise
                found[factor] = error
                continue
        found[factor] = last
    return found


def _scale(networks: Chain) -> int:
    """Return how many times larger the networks make an image; 1 if there are none."""
    return prod(network.scale for network in networks)
