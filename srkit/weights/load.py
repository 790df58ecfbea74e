"""Loading a network by a name or from a file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import nn

from srkit.config.check import check_choice
from srkit.config.signature import declared
from srkit.engine.checkpoint import load_foreign
from srkit.errors import CheckpointError, did_you_mean
from srkit.network.color import Color
from srkit.network.network import Network
from srkit.network.reader import BuildModel, ReaderFn
from srkit.parts.reader import RECOGNISES
from srkit.plugins import Catalog
from srkit.readers.basicsr import SUFFIXES, unwrap
from srkit.readers.released import known_names
from srkit.registry import Part
from srkit.weights import zoo
from srkit.weights.method import load_method, names_method

DEFAULT_SCALE = 2
"""The scale if none is given: x2 invents little detail, and the result for a camera's photo fits into memory."""

BEST = "best.safetensors"
"""The file of weights that is loaded for a run folder."""


def load(
    what: str | Mapping[str, Any], catalog: Catalog, scale: int | None = None, *, seed: int = 0, **hints: Any
) -> Network:
    """Load weights from a file, a run folder or the package, a model without parameters, or a method.

    Args:
        what: A file that a reader knows, a run folder, a name such as ``lapsrn-x4`` or ``bicubic``, a reader
            with the file and its options: ``{"use": "basicsr", "file": "x.pth", "model": ..., "scale": 4}``, or
            a method with its options: ``{"use": "back_projection", "steps": 20}``.
        catalog: The catalog with readers, methods and the parts of models.
        scale: Scale for a model or a method by name and for a file that does not give one; other files must have
            this scale.
        seed: Seed of the random numbers of a method.
        hints: Options of a reader, as in ``read``.

    Raises:
        CheckpointError: There is no such file or name, the scale is another one, or the model learns
            and has no weights.
    """
    if isinstance(what, Mapping) and not names_method(what, catalog):
        network, where = _by_reader(what, catalog, scale), str(what.get("file"))
    elif isinstance(what, str) and (file := _file(what, catalog)) is not None:
        network, where = read(file, catalog, scale=scale, **hints), str(file)
    elif names_method(what, catalog):
        return load_method(what, catalog, scale, seed)
    else:
        return _by_name(str(what), catalog, scale)
    if scale not in (None, network.scale):
        raise CheckpointError(f"{where}: wants a model of x{scale}, found one of x{network.scale}")
    if hints.get("color") not in (None, network.color.value):
        raise CheckpointError(f"{where}: wants a model of {hints['color']}, found one of {network.color.value}")
    return network


def load_for(
    what: str | Mapping[str, Any] | None,
    scale: float | None,
    catalog: Catalog,
    *,
    seed: int = 0,
    before: dict[str, Network] | None = None,
) -> tuple[tuple[Network, ...], float]:
    """Load what enlarges by ``scale`` or more, and return it with the scale.

    It is one network, or several that are applied one after the other: those that come with srkit reach any scale.

    Args:
        what: As in ``load``; None is what comes with srkit for the scale.
        scale: A number above 1, whole or not; None is the network's own scale, or ``DEFAULT_SCALE``.
        catalog: The catalog with readers, methods and the parts of models.
        seed: Seed of the random numbers of a method.
        before: The networks of srkit's own weights that were read before, by name; those that are read are added.

    Raises:
        CheckpointError: As in ``load``, or the scale of the network is too small.
    """
    if scale is not None and not 1 < scale < math.inf:
        raise CheckpointError(f"scale {scale:g}: wants more than 1")
    if what is None:
        scale = DEFAULT_SCALE if scale is None else scale
        known = {} if before is None else before
        chain = zoo.for_scale(scale)
        for weights in chain:
            known[weights.name] = known.get(weights.name) or read(weights.path, catalog)
        return tuple(known[weights.name] for weights in chain), scale
    if isinstance(what, str) and (file := _file(what, catalog)) is not None:
        network = read(file, catalog, scale=None if scale is None else math.ceil(scale))
    else:
        by_name = isinstance(what, str) or names_method(what, catalog)
        whole = math.ceil(scale) if by_name and scale is not None else None
        network = load(what, catalog, whole, seed=seed)
    if scale is not None and scale > network.scale:
        raise CheckpointError(f"scale {scale:g}: {network.name} enlarges {network.scale} times at most")
    return (network,), scale or network.scale


def read(file: Path, catalog: Catalog, **hints: Any) -> Network:
    """Return the network in a file, or that of the best weights in a run folder.

    Readers are tried in turn, srkit's own first, so that a plugin can add formats but never replace one. One that
    does not recognise a file, but is told its model, makes way for the others where the file is of another model.

    Args:
        file: A file that a reader knows, or a run folder.
        catalog: The catalog with readers and the parts of models.
        hints: Options for readers that have them, such as ``scale``, ``model`` and ``color``, for files that do
            not contain these facts; None is no hint.

    Raises:
        CheckpointError: No reader accepts the file, or the reader that does finds a fault in it.
        ConfigError: A hint is no value of its option.
    """
    file = file / BEST if file.is_dir() else file
    of_another_model: CheckpointError | None = None
    for name, reader in _readers(catalog, {name: value for name, value in hints.items() if value is not None}):
        if not reader.accepts(file):
            continue
        try:
            return replace(reader.read(file), reader=name)
        except CheckpointError as error:
            if RECOGNISES.of(reader):
                raise
            of_another_model = of_another_model or error
    if of_another_model is not None:
        raise of_another_model
    if not file.exists():
        raise CheckpointError(f"{file}: wants a file of weights, found nothing of that name")
    found = "others"
    if file.suffix in SUFFIXES:  # which refuses a file that is damaged or holds code
        found = known_names(unwrap(load_foreign(file), file)[0])
    raise CheckpointError(
        f"{file}: wants weights that a reader takes ({', '.join(catalog['reader'])}), found {found}; if they are "
        f"tensors alone, say what they belong to, for example with '{{use: basicsr, file: {file.name}, "
        "model: {use: lapsrn, depth: 10}, scale: 4}'"
    )


def other_readers(file: Path, catalog: Catalog, reader: str) -> list[str]:
    """Return the names of the readers that would read ``file`` too, after ``reader``, which has read it."""
    names = [name for name, one in _readers(catalog, {}) if one.accepts(file)]
    return [name for name in names if name != reader]


def _readers(catalog: Catalog, hints: Mapping[str, Any]) -> Iterator[tuple[str, ReaderFn]]:
    """Yield every reader with its name, srkit's own first, built with those hints that are options of it."""

    def turn(part: Part) -> tuple[bool, str]:
        return not part.origin.startswith("srkit."), part.name

    for part in sorted(catalog["reader"].values(), key=turn):
        takes = declared(part.factory)
        given = {name: value for name, value in hints.items() if name in takes}
        # a reader that needs further options must be chosen by name
        if all(name in given for name, option in takes.items() if option.required):
            yield part.name, catalog.build("reader", part.name, builder(catalog), **given)


def _by_reader(what: Mapping[str, Any], catalog: Catalog, scale: int | None) -> Network:
    """Read a file by the reader that ``what`` names."""
    options = {name: value for name, value in what.items() if name not in ("use", "file")}
    use, file = what.get("use"), what.get("file")
    if not isinstance(use, str) or not isinstance(file, (str, Path)):
        raise CheckpointError(
            f"{dict(what)}: wants a reader (use) and a file (file), as in {{use: srkit, file: x}}, or a method "
            f"(use) with its options{did_you_mean(str(use), catalog['method'])}"
        )
    if scale is not None and use in catalog["reader"] and "scale" in declared(catalog["reader"][use].factory):
        options.setdefault("scale", scale)
    reader: ReaderFn = catalog.build("reader", use, builder(catalog), **options)
    try:
        path = Path(file).expanduser()
    except RuntimeError:
        raise CheckpointError(
            f"{file}: wants a file of weights; there is no user of that name with a home folder here"
        ) from None
    return replace(reader.read(path), reader=use)


def builder(catalog: Catalog) -> BuildModel:
    """Return a function that builds the models of ``catalog``, for readers."""

    def build(use: str, options: Mapping[str, Any], scale: int, channels: int) -> nn.Module:
        module: nn.Module = check_choice(use, options, catalog["model"].kind, catalog)(scale, channels)
        return module

    return build


def _file(what: str, catalog: Catalog) -> Path | None:
    """Return the file or folder that ``what`` names; None if it names a model, or nothing."""
    path = Path(what)
    if what and path.exists():  # an empty text would be the working folder
        return path
    if (shipped := zoo.path_of(what)) is not None:
        return shipped
    if what not in catalog["model"] and any(reader.accepts(path) for _, reader in _readers(catalog, {})):
        return path
    return None


def _by_name(what: str, catalog: Catalog, scale: int | None) -> Network:
    shelf = catalog["model"]
    if what not in shelf:
        if Path(what).suffix or Path(what).name != what:
            raise CheckpointError(f"{what}: wants a file of weights or a run folder, found nothing of that name")
        hint = did_you_mean(what, [*zoo.names(), *shelf, *catalog["method"]])
        raise CheckpointError(
            f"{what or repr(what)}: wants a checkpoint, a run folder, or the name of a model or a method, "
            f"found none of them{hint}"
        )
    if scale is None:
        raise CheckpointError(f"{what}: has no scale of its own; give --scale")
    if scale < 2:
        raise CheckpointError(f"--scale {scale}: wants 2 or more")
    module = builder(catalog)(what, {}, scale, Color.RGB.channels)
    network = Network.of(module.eval(), scale, Color.RGB, name=what, metadata={"model": {"use": what}})
    if network.learns:
        raise CheckpointError(f"{what}: is a model that learns; give a checkpoint of it, or a run folder")
    return network
