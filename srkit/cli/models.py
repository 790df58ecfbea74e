"""``srkit models``: the weights that come with srkit."""

from __future__ import annotations

import typer


def models() -> None:
    """List the weights that come with srkit, with their training and their scores."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

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
        if weights.card is None:
            console.print("    has no record of its training", markup=False)
            continue
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        table.add_column(style="dim", no_wrap=True)
        table.add_column()
        table.add_row("    trained on", escape(weights.card.data))
        table.add_row("    by", escape(weights.card.command))
        where = f"{weights.card.steps:,} steps, {duration(weights.card.seconds)}, {weights.card.machine}"
        table.add_row("    for", escape(where))
        for title, score in weights.card.scores.items():
            base = score.bicubic["psnr"]
            gain = f"{score.psnr - base:+z.2f} over bicubic's {base:.2f}"
            table.add_row("    scores", escape(f"{title}: {score.psnr:.2f} dB ({gain}), SSIM {score.ssim:.4f}"))
        console.print(table)
