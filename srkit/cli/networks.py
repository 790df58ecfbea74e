"""``srkit networks``: what each network costs, how far it sees, and what was published of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from srkit.cli.complete import models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from srkit.evaluation.networks import NetworkFacts


def networks(
    names: Annotated[
        list[str] | None, typer.Argument(help="Only these models; all if none is named.", autocompletion=models)
    ] = None,
    scale: Annotated[int | None, typer.Option(min=2, help="Only this scale; 2, 3, 4 and 8 if not given.")] = None,
) -> None:
    """List the networks of all models, built in and from plugins, with their costs and published scores.

    Multiply-adds are for an HR image of 1280x720. The halo is in LR pixels; a
    network without one is given whole images. Scores are PSNR in dB of luma, from
    the papers: LR by bicubic, a border of the scale cut off.
    """
    from rich.console import Console

    from srkit.errors import SrkitError, UnknownPart, did_you_mean
    from srkit.evaluation.networks import SCALES, facts_of
    from srkit.network.variant import SETS
    from srkit.plugins import load_catalog

    catalog = load_catalog()
    shelf = catalog["model"]
    for name in names or ():
        if name not in shelf:
            raise UnknownPart(f"no model called {name!r}{did_you_mean(name, shelf)}")
    found: list[NetworkFacts] = []
    why_not: dict[str, str] = {}
    for name in names or shelf:
        try:
            facts = facts_of(shelf[name], catalog, SCALES if scale is None else (scale,))
        except SrkitError as error:
            why_not[name] = f"{name}: cannot be listed: {str(error).splitlines()[0]}"
            continue
        found += facts
        if not facts:
            why_not[name] = f"{name}: has no form at x{scale}"
    if not found:
        raise SrkitError("\n".join(why_not.values()))
    console = Console(highlight=False)
    shown = next(count for count in range(len(SETS), -1, -1) if not count or _width(found, count) <= console.width)
    console.print(_table(found, shown))
    sets = f"{', '.join(SETS[:shown])}: published PSNR of luma in dB, LR by bicubic. " if shown else ""
    console.print(
        f"{sets}mult-adds: for an HR image of 1280x720.\n"
        "halo: LR pixels around a tile that make it exact; whole: the network is given whole images.",
        style="dim",
    )
    if shown < len(SETS):
        wide = _width(found, len(SETS))
        console.print(f"A terminal of {wide} columns shows {', '.join(SETS[shown:])} too.", style="dim")
    if names:
        for line in why_not.values():
            console.print(line, markup=False)
    elif why_not:
        console.print(f"Not listed: {', '.join(why_not)}; srkit networks NAME says why.", style="dim")


def _table(found: Sequence[NetworkFacts], shown: int) -> Table:
    """Return the table of networks, with the published scores of the first ``shown`` test sets."""
    from rich.table import Table

    from srkit.network.variant import SETS

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("network", style="cyan", no_wrap=True)
    sets = [one.replace("Urban", "U").replace("BSD", "B") for one in SETS[:shown]]
    for title in ("on", "", "parameters", "mult-adds", "halo", *sets):
        table.add_column(title, justify="right", no_wrap=True)
    for one, before in zip(found, [None, *found], strict=False):
        cells = _row(one, same=before is not None and before.name == one.name and before.variant is one.variant)
        table.add_row(*cells[: 6 + shown])
    return table


def _width(found: Sequence[NetworkFacts], shown: int) -> int:
    """Return the columns of a terminal that such a table takes."""
    from rich.console import Console
    from rich.measure import Measurement

    console = Console(width=1000)
    return Measurement.get(console, console.options, _table(found, shown)).maximum


def _row(facts: NetworkFacts, *, same: bool) -> list[str]:
    """Return the cells of a row; what the row above says too is left out."""
    from srkit.evaluation.networks import billions

    reach = facts.needs.reach
    return [
        "" if same else facts.name,
        "" if same else facts.variant.color.value.upper(),
        f"x{facts.scale}",
        f"{facts.parameters:,}",
        billions(facts.multiply_adds),
        "whole" if reach is None else str(reach),
        *("" if psnr is None else f"{psnr:.2f}" for psnr in facts.psnr or ()),
    ]
