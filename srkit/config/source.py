"""Read YAML files and overrides into one tree, remembering where each value was written."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import yaml
from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from srkit.errors import ConfigError, Problem

Keys = tuple[str, ...]
Marks = dict[Keys, str]
Layer = tuple[dict[str, Any], Marks]


@dataclass(frozen=True)
class Source:
    """A resolved tree of plain values, and the place where each key was last written."""

    tree: Mapping[str, Any]
    marks: Mapping[Keys, str]
    name: str = "config"

    def where(self, keys: Keys) -> str:
        """Name the place of ``keys``, or of the nearest key above it."""
        while keys and keys not in self.marks:
            keys = keys[:-1]
        return self.marks.get(keys, self.name)

    def layer(self, keys: Keys, at: Keys = ()) -> Layer:
        """Return what stands under ``keys``, with its places, to be laid over another file at ``at``."""
        value: Any = self.tree
        for key in keys:
            value = value[int(key)] if isinstance(value, list) else value[key]
        marks = {
            (*at, *found[len(keys) :]): mark for found, mark in self.marks.items() if found[: len(keys)] == keys
        }
        for depth in range(1, len(at) + 1):
            marks.setdefault(at[:depth], self.where(keys))
        for key in reversed(at):
            value = {key: value}
        return value, marks


def read(files: Sequence[Path], overrides: Sequence[str] = (), *, layers: Sequence[Layer] = ()) -> Source:
    """Lay ``files`` over one another, then ``layers``, then each ``key.path=value``; the last word wins.

    Raises:
        ConfigError: A file is missing, is not YAML or not a mapping; an override has
            no ``=``; a value is ``???`` or an interpolation that leads nowhere.
    """
    problems: list[Problem] = []
    tree: dict[str, Any] = {}
    marks: Marks = {}
    readers = [partial(_file_layer, file) for file in files]
    readers += [partial(_copied, layer) for layer in layers]
    readers += [partial(_override_layer, text) for text in overrides]
    for reader in readers:
        try:
            layer, layer_marks = reader()
        except ConfigError as error:
            problems += error.problems
            continue
        for gone in list(_lay(tree, layer)):
            marks = {keys: mark for keys, mark in marks.items() if keys[: len(gone)] != gone}
        marks |= layer_marks
    if problems:
        raise ConfigError(problems)
    source = Source(tree, marks, str(files[0]) if files else "config")
    return Source(_resolve(source), marks, source.name)


def _file_layer(file: Path) -> Layer:
    try:
        text = file.read_text(encoding="utf-8")
        loaded = OmegaConf.create(text) if text.strip() else OmegaConf.create({})
        marks = dict(_walk(yaml.compose(text), (), file))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise ConfigError([Problem(str(file), "", f"cannot be read: {reason}")]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{file}:{mark.line + 1}" if mark else str(file)
        what = getattr(error, "problem", None) or "not YAML"
        raise ConfigError([Problem(place, "", f"is not valid YAML: {what}")]) from None
    except OmegaConfBaseException as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError([Problem(str(file), "", f"cannot be read: {reason}")]) from None
    if not isinstance(loaded, DictConfig):
        raise ConfigError([Problem(f"{file}:1", "", "wants a mapping of options, got a list or a single value")])
    return _plain(loaded), marks


def _override_layer(text: str) -> Layer:
    path, equals, _ = text.partition("=")
    keys = tuple(path.strip().split("."))
    if not equals or not all(keys):
        raise ConfigError([Problem(text, "", "wants key=value, such as train.steps=1000")])
    try:
        return _plain(OmegaConf.from_dotlist([text])), {keys: text}
    except (OmegaConfBaseException, yaml.YAMLError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError([Problem(text, "", f"cannot be read: {reason}")]) from None


def _copied(layer: Layer) -> Layer:
    return copy.deepcopy(layer)  # what is laid is changed by what comes after


def _plain(config: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", OmegaConf.to_container(config))


def laid(under: Any, over: Any) -> Any:
    """Return ``over`` laid on ``under``, which is changed, as a later file is laid on an earlier one."""
    tree = {"": under}
    list(_lay(tree, {"": over}))
    return tree[""]


def _lay(under: dict[str, Any], over: Mapping[str, Any], at: Keys = ()) -> Iterator[Keys]:
    """Lay ``over`` on ``under`` in place, yielding the keys it replaced outright.

    Mappings merge, with one exception: a mapping that uses another part replaces
    the old one, or the old part's options would be handed to the new part. A bare
    part name counts as a mapping that uses it, and a list as a mapping of its
    elements for what names them by number (``metrics.0.border=4``).
    """
    for key, new in over.items():
        old = under.get(key)
        if isinstance(old, str) and isinstance(new, dict) and new.get("use", old) == old:
            old = under[key] = {"use": old}
        if isinstance(new, str) and isinstance(old, dict) and old.get("use") == new:
            new = {"use": new}
        if isinstance(old, dict) and isinstance(new, dict) and new.get("use", old.get("use")) == old.get("use"):
            yield from _lay(old, new, (*at, key))
        elif isinstance(old, list) and isinstance(new, dict) and new and new.keys() <= _numbered(old).keys():
            elements = _numbered(old)
            yield from _lay(elements, new, (*at, key))
            under[key] = list(elements.values())
        else:
            under[key] = new
            yield (*at, key)


def _numbered(elements: list[Any]) -> dict[str, Any]:
    return {str(index): element for index, element in enumerate(elements)}


def _walk(node: yaml.Node | None, at: Keys, file: Path) -> Iterator[tuple[Keys, str]]:
    pairs: list[tuple[str, yaml.Node, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        pairs = [(str(key.value), key, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        pairs = [(str(index), item, item) for index, item in enumerate(node.value)]
    for name, written, value in pairs:
        yield (*at, name), f"{file}:{written.start_mark.line + 1}"
        yield from _walk(value, (*at, name), file)


def _resolve(source: Source) -> dict[str, Any]:
    """Follow every interpolation, or name each one that leads nowhere and each ``???``."""
    root = OmegaConf.create(dict(source.tree))
    problems: list[Problem] = []

    def follow(node: Any, at: Keys) -> Any:
        if isinstance(node, DictConfig):
            return {str(key): value_of(node, key, (*at, str(key))) for key in node}
        if isinstance(node, ListConfig):
            return [value_of(node, index, (*at, str(index))) for index in range(len(node))]
        return node

    def value_of(node: Any, key: Any, at: Keys) -> Any:
        def blame(what: str) -> None:
            problems.append(Problem(source.where(at), ".".join(at), what))

        if OmegaConf.is_missing(node, key):
            blame(f"must be given (it is '???'), for example as {'.'.join(at)}=VALUE")
            return None
        try:
            return follow(node[key], at)
        except OmegaConfBaseException as error:
            reason = str(error).partition("\n")[0]
            blame(reason[:1].lower() + reason[1:])
            return None

    tree = follow(root, ())
    if problems:
        raise ConfigError(problems)
    return cast("dict[str, Any]", tree)
