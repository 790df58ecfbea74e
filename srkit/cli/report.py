"""``srkit report``: write the report of a run or of a study again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(folder: Annotated[Path, typer.Argument(help="The folder of a run or of a study.")]) -> None:
    """Write the report of a finished run, or of a study as far as it has come, from what is in its folder."""
    from srkit.report import write_report

    typer.echo(f"report: {write_report(folder)}")
