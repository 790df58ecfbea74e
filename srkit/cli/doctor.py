"""``srkit doctor``: the facts about this installation that a report of a fault needs."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Iterator
from math import isqrt
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import torch

    from srkit.plugins import Catalog


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    clear: Annotated[
        bool,
        typer.Option("--clear-cache", help="Remove the weights that srkit has downloaded."),
    ] = False,
) -> None:
    """Print versions, devices, threads, the fast precision, tiles, plugins and caches.

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
        for name, text in _lines(facts):
            columns = shutil.get_terminal_size().columns
            typer.echo(textwrap.fill(f"{name}: {text}", columns, subsequent_indent="    ", break_long_words=False))
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
        "tile": _tile(catalog, device),
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


def _tile(catalog: Catalog, device: torch.device) -> dict[str, Any] | None:
    """Return the tile that ``srkit upscale`` takes at x2 for a photograph of any size; None without weights."""
    from srkit.network.memory import free_memory
    from srkit.network.tiled import Tiled
    from srkit.weights.load import DEFAULT_SCALE, read
    from srkit.weights.zoo import for_scale, names

    if not names():
        return None
    weights = for_scale(DEFAULT_SCALE)[0]
    pixels = Tiled(read(weights.path, catalog), device).most_pixels(2**62)
    return {"weights": weights.name, "pixels": pixels, "free bytes": free_memory(device)}


def _lines(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the names of the facts, and the facts in words."""
    for name, value in facts.items():
        if name == "devices":
            yield from (("device", f"{one['device']}, where {one['fast precision']} is fast") for one in value)
        elif name == "plugins":
            yield from (("plugin", _plugin(one)) for one in value)
        elif name == "tile":
            if value is not None:
                side, free = isqrt(value["pixels"]), value["free bytes"] / 1e9
                yield (
                    "tiles of srkit upscale",
                    f"{side:,} x {side:,} pixels by {value['weights']}, while {free:,.1f} GB of memory are free; "
                    "--tile sets another side",
                )
        elif name == "cache":
            size = f"{value['files']} files of {value['bytes'] / 1e6:,.1f} MB" if value["files"] else "no files"
            yield "downloaded weights", f"{size} in {value['folder']}"
        else:
            yield name, value


def _plugin(one: dict[str, Any]) -> str:
    if one["problem"]:
        return f"{one['plugin']} does not load: {one['problem']}"
    return f"{one['plugin']} offers {one['parts']} part{'' if one['parts'] == 1 else 's'}"
