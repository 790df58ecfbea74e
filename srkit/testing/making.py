"""Building a part as its hosts do, and watching what it does to random numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import torch
from torch import Tensor

from srkit.errors import BuildError, ConfigError
from srkit.plugins import Catalog
from srkit.registry import Part

SCALES = (2, 3, 4, 8)
CHANNELS = (1, 3)


@dataclass
class Make:
    """Builds one part again and again: torch's generator the same each time, as its host sees to, all else not.

    Args:
        part: What is built.
        catalog: Where it, and what fills its slots, is found.
        options: Its options.
        times: How often it was built.
        seed: What torch's generator is seeded with.
    """

    part: Part
    catalog: Catalog
    options: Mapping[str, Any]
    times: int = 0
    seed: int = 0

    def __call__(self, *wired: Any) -> Any:
        """Build the part.

        Raises:
            AssertionError: An option is missing, unknown or of the wrong type.
            BuildError: The part refuses what is wired in, or a value.
        """
        self.times += 1
        seed_all(self.times)
        torch.manual_seed(self.seed)
        try:
            return self.catalog.build(self.part.kind.name, self.part.name, *wired, **self.options)
        except ConfigError as error:
            raise AssertionError(
                f"{error}\npass options to check_part by name: check_part(part, option=...)"
            ) from error

    def elsewhere(self, *wired: Any) -> Any:
        """Build the part as by a host with another seed: whatever loads weights seeds nothing."""
        return replace(self, seed=self.seed + 1)(*wired)

    def allowed(self, *wired: Iterable[Any]) -> list[tuple[Any, ...]]:
        """Return the combinations of ``wired`` that the part takes: it may refuse some, but not all.

        Raises:
            AssertionError: It refuses all.
        """
        taken, refusals = [], []
        for way in product(*wired):
            try:
                self(*way)
            except BuildError as refusal:
                refusals.append(refusal)
            else:
                taken.append(way)
        assert taken, f"{self.part}: no {' and '.join(self.part.kind.wired)} is allowed; {refusals[0]}"
        return taken


def tensor(part: Part, value: Any, shape: tuple[int, ...], what: str) -> None:
    """See that ``value`` is a tensor of ``shape``; ``what`` says it in words."""
    assert isinstance(value, Tensor), f"{part}: wants {what}, gave {type(value).__name__}, which is no tensor"
    assert tuple(value.shape) == shape, f"{part}: wants {what}, gave shape {tuple(value.shape)}"


def steady(part: Part, call: Callable[..., Tensor], *given: Tensor, instead: str) -> Tensor:
    """Return what ``call`` gives, whatever the generators of the process stand at; it may not touch them.

    Args:
        part: Whose call it is.
        call: The part, or what calls it.
        given: What it is called with, every time.
        instead: Where the part is to take random numbers from.
    """
    results = []
    for number in (1, 2):
        seed_all(number)
        before = _states()
        results.append(call(*given))
        assert _states() == before, f"{part}: takes from the random numbers of the process when called; {instead}"
    assert torch.equal(*results), f"{part}: gives another result when called again; {instead}"
    return results[0]


def rebuilt(part: Part, first: Tensor, second: Tensor) -> None:
    """See that the part built twice gives one result."""
    assert torch.equal(first, second), (
        f"{part}: gives another result each time it is built; take its random numbers from torch's generator, "
        "which its host seeds"
    )


def seed_all(number: int) -> None:
    """Seed all generators of the process: torch's, NumPy's and Python's."""
    torch.manual_seed(number)
    np.random.seed(number)
    random.seed(number)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put all generators of the process back to where they were."""
    python, numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng():
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)


def _states() -> tuple[Any, ...]:
    numpy: Any = np.random.get_state(legacy=False)
    return (
        torch.get_rng_state().numpy().tobytes(),
        random.getstate(),
        numpy["state"]["key"].tobytes(),
        numpy["state"]["pos"],
        numpy["has_gauss"],
    )
