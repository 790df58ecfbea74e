"""``srkit parts``: what there is to build with."""

from __future__ import annotations

from typing import Annotated

import typer


def parts(
    kind: Annotated[str | None, typer.Argument(help="Only this kind, such as upsampler.")] = None,
    names: Annotated[bool, typer.Option("--names", help="Only the names; answers at once.")] = False,
) -> None:
    """List the parts of every kind, built in and from plugins, with their options."""
    from srkit.errors import UnknownPart, did_you_mean
    from srkit.registry import KINDS

    known = [one.name for one in KINDS]
    if kind is not None and kind not in known:
        raise UnknownPart(f"no kind called {kind!r}{did_you_mean(kind, known)}")
    wanted = known if kind is None else [kind]
    if names:
        from srkit.plugins.names import part_names

        for name, found in part_names().items():
            if name in wanted:
                typer.echo(f"{name}: {', '.join(found) or 'none'}")
        return
    _describe(wanted)


def _describe(kinds: list[str]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from srkit.plugins import load_catalog
    from srkit.plugins.describe import options

    catalog = load_catalog()
    console = Console()
    for kind in kinds:
        if not catalog[kind]:
            continue
        table = Table(title=kind, title_justify="left", title_style="bold", expand=True, box=None, pad_edge=False)
        table.add_column("name", style="cyan", no_wrap=True)
        table.add_column("what it is, and its options", ratio=1)
        table.add_column("from", style="dim")
        for part in catalog[kind].values():
            listed = escape(", ".join(f"{option.name}={option.default}" for option in options(part)))
            says = escape(part.summary) + (f"\n[dim]{listed}[/dim]" if listed else "")
            table.add_row(part.name, says, part.origin)
        console.print(table, "")
