"""``srkit trial``: the process that a launcher starts for one arm of a study with one seed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def trial(folder: Annotated[Path, typer.Argument(help="A folder that srkit ablate prepared.")]) -> None:
    """Run or resume one trial of a study; the process ends when its standard input does."""
    from srkit.ablation.trial import limit_threads, perform, stop_with_parent
    from srkit.plugins import load_catalog

    stop_with_parent()
    limit_threads()
    if not perform(folder, load_catalog()):
        raise typer.Exit(1)
