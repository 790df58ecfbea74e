"""The versions and digests of everything that decides what a trial computes.

The text of this module is run on the nodes, by the Python that runs trials there, so it imports nothing but
Python's own library: ``python -c TEXT '["srkit-sharpen"]'`` prints what ``manifest(["srkit-sharpen"])`` returns.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

GROUP = "srkit"
"""The group of entry points of plugins."""


def manifest(plugins: Iterable[str]) -> dict[str, str]:
    """Return what srkit, ``plugins`` and the packages that they require are here; what is not installed is missing.

    Python counts by its minor version, srkit and plugins by version and source, other packages by version, without
    the label of a build: PyTorch for a CPU and PyTorch for a GPU are one version.
    """
    found = {"python": ".".join(map(str, sys.version_info[:2]))} | _package("srkit", "srkit", "srkit")
    for plugin in plugins:
        for point in _points(plugin):
            found |= _package(f"plugin {plugin}", plugin, point.module)
    for distribution in ("srkit", *plugins):
        for name in _required(distribution):
            if version := _version(name):
                found[name] = version.partition("+")[0]
    return found


def differences(wanted: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """Return a line for everything in ``wanted`` that is not so in ``found``."""
    return [
        f"{name}: wants {value}, found {found.get(name, 'none')}"
        for name, value in wanted.items()
        if found.get(name) != value
    ]


def _package(label: str, distribution: str, module: str) -> dict[str, str]:
    """Return the version and the digest of the source of a package; nothing if it cannot be imported."""
    top = module.partition(".")[0]
    spec = importlib.util.find_spec(top)
    if spec is None or spec.origin is None:
        return {}
    origin = Path(spec.origin)
    package = bool(spec.submodule_search_locations)
    files = sorted(origin.parent.rglob("*.py")) if package else [origin]
    digest = hashlib.sha256()
    for file in files:
        name = file.relative_to(origin.parent).as_posix()
        digest.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return {label: f"{_version(distribution) or 'no version'} (source {digest.hexdigest()[:12]})"}


def _points(distribution: str) -> Iterator[importlib.metadata.EntryPoint]:
    try:
        yield from importlib.metadata.distribution(distribution).entry_points.select(group=GROUP)
    except importlib.metadata.PackageNotFoundError:
        return


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _required(distribution: str) -> Iterator[str]:
    """Yield the names of the packages that ``distribution`` requires, without those of extras."""
    try:
        lines = importlib.metadata.requires(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        return
    for line in lines:
        name = re.match(r"[A-Za-z0-9._-]+", line)
        if name is not None and "extra ==" not in line and name[0] != "srkit":
            yield name[0]


if __name__ == "__main__":
    print(json.dumps(manifest(json.loads(sys.argv[1]))))
