"""Building a part as its hosts do, with checks of its use of random numbers."""

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
    """Builds one part many times: torch's generator is seeded each time, as by a host, other generators are not.

    Args:
        part: The part.
        catalog: The catalog of the part and of the parts for its slots.
        options: Its options.
        times: How often it was built.
        seed: The seed of torch's generator.
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
        """Build the part as a host with another seed does, since code that loads weights does not seed."""
        return replace(self, seed=self.seed + 1)(*wired)

    def allowed(self, *wired: Iterable[Any]) -> list[tuple[Any, ...]]:
        """Return the combinations of ``wired`` that the part accepts: it may refuse some, but not all.

        Raises:
            AssertionError: The part refuses all.
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
    """Check that ``value`` is a tensor of ``shape``, which ``what`` gives in words."""
    assert isinstance(value, Tensor), f"{part}: wants {what}, gave {type(value).__name__}, which is no tensor"
    assert tuple(value.shape) == shape, f"{part}: wants {what}, gave shape {tuple(value.shape)}"


def steady(part: Part, call: Callable[..., Tensor], *given: Tensor, instead: str) -> Tensor:
    """Return the result of ``call``, which may neither depend on the generators of the process nor change them.

    Args:
        part: The part, for messages.
        call: The part, or a function that calls it.
        given: The arguments of every call.
        instead: A hint where the part must take random numbers from.
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
    """Check that two builds of the part give the same result."""
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
    """Restore all generators of the process after the block."""
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
