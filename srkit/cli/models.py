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

    found = shipped()
    if not found:
        typer.echo("no weights come with this srkit; srkit upscale --model takes a checkpoint or a run folder")
        return
    console = Console(highlight=False)
    for one in found:
        color = "luma" if one.metadata["color"] == "y" else "RGB"
        size = one.path.stat().st_size / 2**20
        title = f"{one.name}  x{one.scale} on {color}, {one.parameters:,} parameters, {size:.1f} MB"
        console.print(title, style="bold", markup=False)
        if one.card is None:
            console.print("    has no record of its training", markup=False)
            continue
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        table.add_column(style="dim", no_wrap=True)
        table.add_column()
        table.add_row("    trained on", escape(one.card.data))
        table.add_row("    by", escape(one.card.command))
        where = f"{one.card.steps:,} steps, {duration(one.card.seconds)}, {one.card.machine}"
        table.add_row("    for", escape(where))
        for title, score in one.card.scores.items():
            base = score.bicubic["psnr"]
            gain = f"{score.psnr - base:+z.2f} over bicubic's {base:.2f}"
            table.add_row("    scores", escape(f"{title}: {score.psnr:.2f} dB ({gain}), SSIM {score.ssim:.4f}"))
        console.print(table)
