"""A JSON schema of a config file, so that an editor completes, explains and checks it.

It describes a single file. Later files and overrides may add the options that a file leaves out, so none is
required, and a mapping without ``use`` may have the options of any part of its kind. ``check.py`` is stricter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from srkit.config.docstring import documented, summary
from srkit.config.limits import Range, ranged
from srkit.config.show import fill
from srkit.config.signature import declared
from srkit.config.spelling import kind_of, optional
from srkit.registry import Kind, Part, Registry

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PLAIN = {bool: "boolean", int: "integer", float: "number", str: "string"}
LATER = {"$ref": "#/$defs/later"}
"""A value that is not known yet: an interpolation such as ``${let.name}``, or ``???``."""

JsonSchema = dict[str, Any]


def json_schema(schema: type[Any], catalog: Mapping[str, Registry]) -> JsonSchema:
    """Return the JSON schema (draft 2020-12) of the files that ``schema``, a dataclass, is the shape of.

    Args:
        schema: ``Experiment`` or ``Study``.
        catalog: The shelves whose parts a slot may name.
    """
    writer = _Writer(catalog)
    root = writer.section(schema)
    later = {"type": "string", "pattern": r"\$\{.*\}|^\?\?\?$", "description": "A value that is given elsewhere."}
    definitions = {"later": later, **dict(sorted(writer.definitions.items()))}
    return {"$schema": DIALECT, "title": summary(schema).rstrip("."), **root, "$defs": definitions}


class _Writer:
    """Writes schemas of types, and keeps those of kinds, parts and sections as definitions to refer to."""

    def __init__(self, catalog: Mapping[str, Registry]) -> None:
        self.catalog = catalog
        self.definitions: dict[str, JsonSchema] = {}

    def section(self, schema: Callable[..., Any], more: Mapping[str, JsonSchema] | None = None) -> JsonSchema:
        """Return the schema of a mapping of options, and of ``more`` keys."""
        meanings = documented(schema)
        properties: JsonSchema = dict(more or {})
        for name, option in declared(schema).items():
            properties[name] = self.value(option.wanted)
            if meanings.get(name):
                properties[name]["description"] = meanings[name]
            if not option.required:
                properties[name]["default"] = fill(option.default)
        return {
            "type": "object",
            "description": summary(schema),
            "properties": properties,
            "additionalProperties": False,
        }

    def value(self, wanted: Any) -> JsonSchema:
        """Return the schema of an option's value, or of an interpolation in its place."""
        if wanted is Any:
            return {}
        ways = self.ways(wanted)
        return ways[0] if wanted is str else {"anyOf": [*ways, LATER]}

    def ways(self, wanted: Any) -> list[JsonSchema]:
        """Return a schema for each way to write a value of a type."""
        origin, args = get_origin(wanted), get_args(wanted)
        if (kind := kind_of(wanted)) is not None:
            return [self.kind(kind)]
        if (limits := ranged(wanted)) is not None:
            return [{"type": PLAIN[limits[0]], **_limits(limits[1])}]
        if (inner := optional(wanted)) is not None:
            return [*self.ways(inner), {"type": "null"}]
        if origin is Literal:
            return [{"enum": list(args)}]
        if origin in (list, Sequence):
            return [{"type": "array", "items": self.value(args[0])}]
        if origin in (dict, Mapping):
            return [{"type": "object", "additionalProperties": self.value(args[1])}]
        if isinstance(wanted, type) and is_dataclass(wanted):
            return [self.defined(f"{wanted.__module__}.{wanted.__qualname__}", wanted)]
        return [{"type": "string", "minLength": 1} if wanted is Path else {"type": PLAIN[wanted]}]

    def kind(self, kind: Kind) -> JsonSchema:
        """Return a reference to the schema of a slot: the name of a part, or a mapping that uses it."""
        if kind.name not in self.definitions:
            self.definitions[kind.name] = {}  # a part may hold parts of its own kind
            parts = self.catalog[kind.name]
            names = list(parts)
            uses = {part.name: self.part(part) for part in parts.values()}
            unnamed = {
                "if": {"not": {"required": ["use"]}},
                "then": {"anyOf": list(uses.values())} if uses else False,
            }
            self.definitions[kind.name] = {
                "description": kind.gives,
                "if": {"type": "object"},
                "then": {
                    "properties": {"use": {"enum": names, "description": f"Which {kind.name}."}},
                    "allOf": [*(_used(name, part) for name, part in uses.items()), unnamed],
                },
                "else": {"enum": names},
            }
        return {"$ref": f"#/$defs/{kind.name}"}

    def part(self, part: Part) -> JsonSchema:
        """Return a reference to the schema of a mapping with the options of a part."""
        return self.defined(f"{part.kind.name}.{part.name}", part.factory, {"use": {"const": part.name}})

    def defined(
        self, name: str, schema: Callable[..., Any], more: Mapping[str, JsonSchema] | None = None
    ) -> JsonSchema:
        """Return a reference to the schema of a section, which is written once."""
        if name not in self.definitions:
            self.definitions[name] = {}  # a section may hold lists of itself
            self.definitions[name] = self.section(schema, more)
        return {"$ref": f"#/$defs/{name}"}


def _used(name: str, part: JsonSchema) -> JsonSchema:
    """Return the rule that a mapping which uses the part ``name`` has its options."""
    return {"if": {"required": ["use"], "properties": {"use": {"const": name}}}, "then": part}


def _limits(limits: Range) -> JsonSchema:
    ends = {
        "minimum": limits.low,
        "maximum": limits.high,
        "exclusiveMinimum": limits.above,
        "exclusiveMaximum": limits.below,
        "multipleOf": limits.multiple_of if limits.multiple_of != 1 else None,
        "not": {"multipleOf": 2} if limits.odd else None,
    }
    return {name: value for name, value in ends.items() if value is not None}
