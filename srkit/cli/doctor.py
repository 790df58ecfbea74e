"""``srkit doctor``: the facts about this installation that a report of a fault needs."""

from __future__ import annotations

import json
import textwrap
from typing import Annotated, Any

import typer

WIDTH = 80


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    clear: Annotated[
        bool,
        typer.Option("--clear-cache", help="Remove the weights that srkit has downloaded."),
    ] = False,
) -> None:
    """Print versions, devices, threads, the fast precision, plugins and caches.

    The exit code is 2 if a plugin does not load.
    """
    from srkit.engine.pretrained import downloads

    if clear:
        for file in downloads():
            file.unlink()
    facts = _facts()
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
    else:
        for name, value in facts.items():
            for line in value if isinstance(value, list) else [value]:
                shown = line if isinstance(line, str) else _sentence(line)
                typer.echo(textwrap.fill(f"{name}: {shown}", WIDTH, subsequent_indent="    "))
    if any(plugin["problem"] for plugin in facts["plugins"]):
        raise typer.Exit(2)


def _facts() -> dict[str, Any]:
    """Return the facts, by name."""
    import torch

    from srkit.engine.precision import resolve_device, resolve_precision
    from srkit.engine.pretrained import downloads
    from srkit.plugins import load_catalog
    from srkit.run.environment import environment

    catalog, device = load_catalog(survive=True), resolve_device("auto")
    found = environment(catalog, 0, device)
    names = ["cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]
    names += ["mps"] if torch.backends.mps.is_available() else []
    return {
        "srkit": found.srkit,
        "python": found.python,
        "torch": found.torch,
        "numpy": found.numpy,
        "platform": found.platform,
        "processor": f"{found.cpu}, {found.cores} cores",
        "threads": str(found.threads),
        "devices": [
            {"device": name, "fast precision": resolve_precision("auto", torch.device(name))} for name in names
        ],
        "device of auto": str(device),
        "plugins": [
            {"plugin": plugin.origin, "parts": len(plugin.parts), "problem": plugin.problem}
            for plugin in catalog.plugins
        ],
        "cache": {
            "folder": f"{torch.hub.get_dir()}/checkpoints",
            "files": len(downloads()),
            "bytes": sum(file.stat().st_size for file in downloads()),
        },
    }


def _sentence(row: dict[str, Any]) -> str:
    """Return a row of facts in words: its first value, and then the others that say something."""
    first, *others = row.items()
    return ", ".join([str(first[1]), *(f"{name} {value}" for name, value in others if value is not None)])
