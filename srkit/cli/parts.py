"""``srkit parts``: list the parts that configs can name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from srkit.cli.complete import kinds

if TYPE_CHECKING:
    from srkit.plugins.describe import Option


def parts(
    kind: Annotated[
        str | None, typer.Argument(help="Only this kind, such as upsampler.", autocompletion=kinds)
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="Print only the names, which is faster.")] = False,
) -> None:
    """List the parts of every kind, built in and from plugins, with their options."""
    if names:
        from srkit.plugins.names import part_names

        every = part_names()
        for name in _wanted(kind, list(every)):
            typer.echo(f"{name}: {', '.join(every[name]) or 'none'}")
    else:
        _describe(kind)


def _wanted(kind: str | None, known: list[str]) -> list[str]:
    from srkit.errors import UnknownPart, did_you_mean

    if kind is not None and kind not in known:
        raise UnknownPart(f"no kind called {kind!r}{did_you_mean(kind, known)}")
    return known if kind is None else [kind]


def _describe(kind: str | None) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from srkit.plugins import load_catalog
    from srkit.plugins.describe import options

    catalog = load_catalog()
    console = Console()
    for name in _wanted(kind, list(catalog)):
        if not catalog[name]:
            continue
        table = Table(title=name, title_justify="left", title_style="bold", expand=True, box=None, pad_edge=False)
        table.add_column("name", style="cyan", no_wrap=True)
        table.add_column("what it is; its options", ratio=1)
        for part in catalog[name].values():
            listed = "\n".join(_option(one) for one in options(part))
            origin = "" if part.origin.startswith("srkit.") else f" ({part.origin})"
            says = escape(part.summary + origin) + (f"\n[dim]{escape(listed)}[/dim]" if listed else "")
            table.add_row(part.name, says)
        console.print(table, "")


def _option(one: Option) -> str:
    """Return an option with its default, what it wants, and what it means."""
    return f"{one.name}={one.default} ({one.wants})" + (f": {one.meaning}" if one.meaning else "")
