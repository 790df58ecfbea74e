"""``srkit networks``: what each network costs, how far it sees, and what was published of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from srkit.evaluation.networks import NetworkFacts


def networks(
    names: Annotated[list[str] | None, typer.Argument(help="Only these models; all if none is named.")] = None,
    scale: Annotated[int | None, typer.Option(min=2, help="Only this scale; 2, 3, 4 and 8 if not given.")] = None,
) -> None:
    """List the networks of all models, built in and from plugins, with their costs and published scores.

    Multiply-adds are for an HR image of 1280x720. The halo is in LR pixels; a
    network without one is given whole images. Scores are PSNR in dB of luma, from
    the papers: LR by bicubic, a border of the scale cut off.
    """
    from rich.console import Console
    from rich.table import Table

    from srkit.errors import SrkitError, UnknownPart, did_you_mean
    from srkit.evaluation.networks import SCALES, facts_of
    from srkit.network.variant import SETS
    from srkit.plugins import load_catalog

    catalog = load_catalog()
    shelf = catalog["model"]
    for name in names or ():
        if name not in shelf:
            raise UnknownPart(f"no model called {name!r}{did_you_mean(name, shelf)}")
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("network", style="cyan", no_wrap=True)
    for title in ("on", "", "parameters", "mult-adds", "halo", *(one.replace("Urban", "U") for one in SETS)):
        table.add_column(title.replace("BSD", "B"), justify="right", no_wrap=True)
    others = []
    for name in names or shelf:
        try:
            facts = facts_of(shelf[name], catalog, SCALES if scale is None else (scale,))
        except SrkitError as error:
            others.append(f"{name}: {error}")
            continue
        for one, before in zip(facts, [None, *facts], strict=False):
            table.add_row(*_row(one, same=before is not None and before.variant is one.variant))
    console = Console(highlight=False)
    console.print(table)
    console.print(
        "Set5 to U100: published PSNR of luma in dB, LR by bicubic. mult-adds: for an HR image of 1280x720.\n"
        "halo: LR pixels around a tile that make it exact; whole: the network is given whole images.",
        style="dim",
    )
    for line in others:
        console.print(line, markup=False)


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
