from dataclasses import dataclass, field

import pytest

from srkit.config.check import check
from srkit.config.identity import Role, different, identity, keys_of, option, values_of
from srkit.config.source import Source
from srkit.parts import Loss, loss
from srkit.plugins import Catalog
from srkit.registry import Part
from srkit.slots import default

ALL = set(Role)


@dataclass(frozen=True, kw_only=True)
class Inner:
    depth: int = 1
    threads: int = option(1, Role.HARMLESS)


@dataclass(frozen=True, kw_only=True)
class Outer:
    scale: int
    inner: Inner = field(default_factory=Inner)
    images: str = option("a", Role.MEASURED)


@dataclass(frozen=True, kw_only=True)
class Later(Outer):
    added: bool = False


def test_keys_are_found_by_their_role():
    assert list(keys_of(Outer, {Role.HARMLESS})) == ["inner.threads"]
    assert list(keys_of(Outer, {Role.MEASURED})) == ["images"]
    assert list(keys_of(Outer, {Role.LEARNT})) == ["scale", "inner.depth"]


def test_only_what_is_not_the_default_counts():
    assert different(Outer(scale=2), ALL) == {"scale": 2}
    assert different(Outer(scale=2, inner=Inner(depth=3, threads=4)), ALL) == {
        "scale": 2,
        "inner": {"depth": 3, "threads": 4},
    }


def test_only_the_roles_that_are_asked_for_count():
    changed = Outer(scale=2, inner=Inner(threads=4), images="b")
    assert different(changed, {Role.LEARNT}) == {"scale": 2}
    assert different(changed, {Role.LEARNT, Role.MEASURED}) == {"scale": 2, "images": "b"}


def test_an_option_that_is_added_later_changes_no_identity():
    assert identity(Outer(scale=2), ALL) == identity(Later(scale=2), ALL)
    assert identity(Outer(scale=2), ALL) != identity(Later(scale=2, added=True), ALL)
    assert identity(Outer(scale=2), ALL, seed=1) != identity(Outer(scale=2), ALL, seed=2)


def test_content_stands_for_the_value_at_its_key():
    here, there = Outer(scale=2, images="here"), Outer(scale=2, images="there")
    assert identity(here, ALL) != identity(there, ALL)
    assert identity(here, ALL, {"images": "1"}) == identity(there, ALL, {"images": "1"})
    assert identity(here, ALL, {"images": "1"}) != identity(here, ALL, {"images": "2"})
    assert different(Outer(scale=2), ALL, {"images": "1"})["images"] == {"content": "1"}  # of the default too
    assert different(here, {Role.LEARNT}, {"images": "1"}) == {"scale": 2}


def test_values_are_found_with_their_keys_where_their_role_counts():
    def number(value):
        return type(value) is int

    section = Outer(scale=2, inner=Inner(threads=5))
    assert dict(values_of(section, ALL, number)) == {"scale": 2, "inner.depth": 1, "inner.threads": 5}
    assert dict(values_of(section, {Role.LEARNT}, number)) == {"scale": 2, "inner.depth": 1}
    assert dict(values_of({"a": [3, {"b": 4}]}, ALL, number)) == {"a.0": 3, "a.1.b": 4}


@dataclass(frozen=True, kw_only=True)
class WithPart:
    loss: Loss = default("toy")


@pytest.mark.parametrize(
    ("tree", "wanted"),
    [
        ({}, {}),
        ({"loss": "toy"}, {}),
        ({"loss": {"use": "toy", "strength": 1.0}}, {}),
        ({"loss": {"use": "toy", "strength": 2.0}}, {"loss": {"use": "toy", "strength": 2.0}}),
    ],
)
def test_options_of_parts_count_where_they_are_not_the_default(tree, wanted):
    @loss("toy")
    def toy(*, strength: float = 1.0):
        """A toy."""

    catalog = Catalog()
    catalog.add([Part.of(toy, "test")])
    assert different(check(Source(tree, {}, "test"), WithPart, catalog), ALL) == wanted
