"""Read YAML files and overrides into one tree, and keep the place where each value was written."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from srkit.config.include import included
from srkit.config.interpolation import borrowed, resolve
from srkit.config.merge import Keys, lay
from srkit.config.place import Layer, Mark, Marks
from srkit.errors import UNPLACED, ConfigError, Problem


@dataclass(frozen=True)
class Source:
    """A resolved tree of plain values, and the place where each key was last written."""

    tree: Mapping[str, Any]
    marks: Mapping[Keys, Mark]
    name: str = UNPLACED

    def mark(self, keys: Keys) -> Mark:
        """Return the mark of ``keys``, or of the nearest key above it."""
        while keys and keys not in self.marks:
            keys = keys[:-1]
        return self.marks.get(keys) or Mark(self.name, Path.cwd())

    def where(self, keys: Keys) -> str:
        """Name the place of ``keys``, or of the nearest key above it."""
        return self.mark(keys).place

    @contextmanager
    def placed(self) -> Iterator[None]:
        """Give the problems that are found in the block the places of their keys, if they have none.

        Raises:
            ConfigError: The block raised one.
        """
        try:
            yield
        except ConfigError as error:
            problems = (
                replace(one, where=self.where(tuple(one.key.split(".")))) if one.where == UNPLACED else one
                for one in error.problems
            )
            raise ConfigError(list(problems)) from None

    def folder(self, keys: Keys) -> Path:
        """Return the folder that a relative path at ``keys`` starts from; the working folder for a default."""
        node: Any = self.tree
        for key in keys:
            numbered = isinstance(node, list) and key.isdigit() and int(key) < len(node)
            if not numbered and not (isinstance(node, Mapping) and key in node):
                return Path.cwd()
            node = node[int(key)] if numbered else node[key]
        return self.mark(keys).folder

    def layer(self, keys: Keys, at: Keys = ()) -> Layer:
        """Return the values below ``keys`` with their places, as a layer to be merged into a file at ``at``."""
        value: Any = self.tree
        for key in keys:
            value = value[int(key)] if isinstance(value, list) else value[key]
        marks = {(*at, *key[len(keys) :]): mark for key, mark in self.marks.items() if key[: len(keys)] == keys}
        marks.setdefault(at, self.mark(keys))
        for key in reversed(at):
            value = {key: value}
        return value, marks


def read(files: Sequence[Path], overrides: Sequence[str] = (), *, layers: Sequence[Layer] = ()) -> Source:
    """Merge ``files``, then ``layers``, then each ``key.path=value``, in this order; the last value wins.

    Raises:
        ConfigError: A file is missing, is not YAML or not a mapping; an override has
            no ``=``; a value is ``???`` or an interpolation without a value.
    """
    problems: list[Problem] = []
    tree: dict[str, Any] = {}
    marks: Marks = {}
    readers = [partial(_file_layer, file) for file in files]
    readers += [partial(_copied, layer) for layer in layers]
    readers += [partial(_override_layer, text) for text in overrides]
    for reader in readers:
        try:
            layer, layer_marks = included(reader(), _file_layer)
        except ConfigError as error:
            problems += error.problems
            continue
        for gone in list(lay(tree, layer)):
            marks = {keys: mark for keys, mark in marks.items() if keys[: len(gone)] != gone}
        marks |= layer_marks
        for keys, mark in layer_marks.items():  # `data.memory=3` also creates `data` if no file has it
            for depth in range(1, len(keys)):
                marks.setdefault(keys[:depth], mark)
    if problems:
        raise ConfigError(problems)
    source = Source(tree, marks, str(files[0]) if files else UNPLACED)
    resolved = resolve(tree, source.where)
    for keys, origin in borrowed(tree, resolved):  # `${let.path}` stands here, but the path was written there
        folder = Path.cwd() if origin is None else source.mark(origin).folder
        marks[keys] = Mark(source.where(keys), folder)
    return Source(resolved, marks, source.name)


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
        return _plain(OmegaConf.from_dotlist([text])), {keys: Mark(text, Path.cwd())}
    except (OmegaConfBaseException, yaml.YAMLError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError([Problem(text, "", f"cannot be read: {reason}")]) from None


def _copied(layer: Layer) -> Layer:
    return copy.deepcopy(layer)  # a layer must not be changed by later ones


def _plain(config: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", _named(OmegaConf.to_container(config)))


def _named(value: Any) -> Any:
    """Return a tree whose keys are texts; YAML reads those of ``{1: a, true: b}`` as a number and a truth value."""
    if isinstance(value, dict):
        return {str(key): _named(one) for key, one in value.items()}
    return [_named(one) for one in value] if isinstance(value, list) else value


def _walk(node: yaml.Node | None, at: Keys, file: Path) -> Iterator[tuple[Keys, Mark]]:
    pairs: list[tuple[str, yaml.Node, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        pairs = [(str(key.value), key, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        pairs = [(str(index), item, item) for index, item in enumerate(node.value)]
    for name, written, value in pairs:
        yield (*at, name), Mark(f"{file}:{written.start_mark.line + 1}", file.parent.absolute())
        yield from _walk(value, (*at, name), file)
