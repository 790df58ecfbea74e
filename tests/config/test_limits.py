"""Ranges of options: their numbers, their spelling, and their enforcement by a constructor."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import pytest

from srkit.config.limits import Range, check_fields, limited

RANGES = [  # written, spelled, held, not held
    (Range(2, 16), "int from 2 to 16", (2, 16), (1, 17)),
    (Range(1), "int of at least 1", (1, 10**400), (0, -(10**400))),
    (Range(high=5), "int of at most 5", (5, -9), (6,)),
    (Range(above=0), "int above 0", (1, 1e-300), (0, -1, math.inf, math.nan)),
    (Range(0, below=1), "int of at least 0 and below 1", (0, 0.999), (1, -0.1)),
    (Range(above=0, below=1), "int above 0 and below 1", (0.5,), (0, 1)),
    (Range(high=1, above=0), "int of at most 1 and above 0", (1,), (0, 1.1)),
    (Range(1, odd=True), "odd int of at least 1", (1, 3), (0, 2, -1)),
    (Range(4, multiple_of=4), "int of at least 4, a multiple of 4", (4, 8), (0, 6)),
]


@pytest.mark.parametrize(("limits", "spelled", "held", "others"), RANGES, ids=lambda value: repr(value)[:40])
def test_a_range(limits, spelled, held, others):
    assert limits.spelled("int") == spelled
    assert [value for value in held if value not in limits] == []
    assert [value for value in others if value in limits] == []
    assert eval(repr(limits)) == limits


class Thing:
    @limited
    def __init__(
        self,
        wired: int,
        *,
        depth: Annotated[int, Range(1)] = 1,
        slope: Annotated[float, Range(0)] | None = None,
        betas: list[Annotated[float, Range(0, below=1)]] | None = None,
        weights: Mapping[str, Sequence[Annotated[float, Range(above=0)]]] = {},
        later: "Annotated[int, LATER]" = 2,
        free: int = 0,
    ) -> None:
        self.depth = depth


LATER = Range(2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"depth": 0}, "depth: wants int of at least 1, got 0"),
        ({"slope": -0.5}, "slope: wants float of at least 0, got -0.5"),
        ({"betas": [0.9, 1.0]}, "betas.1: wants float of at least 0 and below 1, got 1.0"),
        ({"weights": {"a": [1, 0]}}, "weights.a.1: wants float above 0, got 0"),
        ({"later": 1}, "later: wants int of at least 2, got 1"),
    ],
)
def test_a_constructor_refuses_what_yaml_would_be_refused(options, message):
    with pytest.raises(ValueError, match=r"wants") as caught:
        Thing(0, **options)
    assert str(caught.value) == message


def test_a_constructor_takes_what_is_within():
    assert Thing(-1, depth=3, slope=None, betas=[0.5], weights={"a": (1,)}, later=2, free=-1).depth == 3


@dataclass(frozen=True, kw_only=True)
class Section:
    batch: Annotated[int, Range(1)] = 1
    shares: list[Annotated[float, Range(0)]] = field(default_factory=list)

    def __post_init__(self):
        check_fields(self)


def test_a_section_refuses_too():
    assert Section(batch=2).batch == 2
    with pytest.raises(ValueError, match=r"^batch: wants int of at least 1, got 0$"):
        Section(batch=0)
    with pytest.raises(ValueError, match=r"^shares\.0: wants float of at least 0, got -1$"):
        Section(shares=[-1])
