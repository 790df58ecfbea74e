"""``srkit models``: the weights that come with srkit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from srkit.weights.card import CardScore


def models() -> None:
    """List the weights that come with srkit, with their training and their scores."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from srkit.weights.card import duration
    from srkit.weights.zoo import shipped

    every = shipped()
    if not every:
        typer.echo("no weights come with this srkit; srkit upscale --model takes a checkpoint or a run folder")
        return
    console = Console(highlight=False)
    for weights in every:
        color = "luma" if weights.metadata["color"] == "y" else "RGB"
        size = weights.path.stat().st_size / 2**20
        title = f"{weights.name}  x{weights.scale} on {color}, {weights.parameters:,} parameters, {size:.1f} MB"
        console.print(title, style="bold", markup=False)
        card = weights.card
        if card is None:
            console.print("    has no record of its training", markup=False)
            continue
        console.print(_scores(card.scores))
        training = f"training: {card.steps:,} steps, {duration(card.seconds)}, {card.machine}"
        console.print(Padding(Text(f"{training}\ndata: {card.data}\ncommands:"), (0, 0, 0, 4)))
        for command in card.command.split(" && "):  # unwrapped, so that it can be copied
            console.print(f"    $ {command}", style="dim", markup=False, soft_wrap=True)


def _scores(scores: Mapping[str, CardScore]) -> Table:
    """Return the scores of weights as a table, one row for each test set."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("    scores on (PSNR-Y in dB)", no_wrap=True)
    for heading in ("PSNR-Y", "bicubic", "gain", "SSIM"):
        table.add_column(heading, justify="right", no_wrap=True)
    for title, score in scores.items():
        base = score.bicubic["psnr"]
        gain = f"{score.psnr - base:+z.2f}"
        table.add_row(f"    {escape(title)}", f"{score.psnr:.2f}", f"{base:.2f}", gain, f"{score.ssim:.4f}")
    return table
