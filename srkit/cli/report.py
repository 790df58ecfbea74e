"""``srkit report``: write the report of a run again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(folder: Annotated[Path, typer.Argument(help="A run folder.")]) -> None:
    """Write report.md and report.html of a finished run again, from what is in its folder."""
    from srkit.report import write_report

    typer.echo(f"report: {write_report(folder)}")
