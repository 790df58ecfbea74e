"""Refusing torchrun for the commands that work in one process."""

from __future__ import annotations

import os
import time

import typer

from srkit.errors import RunError

WAIT = 20.0
"""Seconds that other processes wait for the first one's message; torchrun ends them when the first has ended."""

WAYS = {
    "ablate": "it trains several trials at a time by --jobs",
    "upscale": "it uses one device; to use several, start it once for each device on a part of the images",
    "evaluate": "it uses one device; to use several, start it once for each device on some of the folders",
}
"""Ways to use several devices, by command."""


def refuse_torchrun(command: str | None) -> None:
    """Refuse a command that is no training if torchrun started it in several processes.

    Raises:
        RunError: Says how to start the command; raised in the first process.
        typer.Exit: In the others.
    """
    size = os.environ.get("WORLD_SIZE", "1")
    if command in (None, "run") or "TORCHELASTIC_RUN_ID" not in os.environ or size == "1":
        return
    if os.environ.get("RANK", "0") != "0":
        time.sleep(WAIT)
        raise typer.Exit(2)
    way = f"; {WAYS[command]}" if command in WAYS else ""
    raise RunError(
        f"torchrun: wants srkit run, found srkit {command}, which works in one process; start it without "
        f"torchrun{way}"
    )
