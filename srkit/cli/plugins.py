"""``srkit plugins``: list the installed plugins and their problems."""

from __future__ import annotations

import shutil
import textwrap

import typer


def plugins() -> None:
    """List the installed plugins with their parts; for a plugin that does not load, print the reason."""
    from srkit.plugins import load_catalog

    found = load_catalog(survive=True).plugins
    if not found:
        typer.echo("no plugins installed; docs/write-a-plugin.md shows how to write one")
    for plugin in found:
        typer.echo(f"{plugin.origin} ({plugin.module})")
        for kind in plugin.kinds if not plugin.problem else []:
            _say(f"kind {kind.name}: {kind.gives}")
        for part in plugin.parts if not plugin.problem else []:
            _say(f"{part.kind.name} {part.name}: {part.summary}")
        if plugin.problem:
            _say(plugin.problem)
    if any(plugin.problem for plugin in found):
        raise typer.Exit(2)


def _say(text: str) -> None:
    """Print lines below the name of a plugin, at the width of the terminal."""
    columns = shutil.get_terminal_size().columns
    for line in text.splitlines():
        wrapped = textwrap.wrap(line, max(columns - 8, 20), break_long_words=False, break_on_hyphens=False)
        typer.echo("    " + "\n        ".join(wrapped))
