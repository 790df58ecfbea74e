"""Where runs and studies lie that were given no folder."""

from __future__ import annotations

from pathlib import Path

from srkit.plain import plain


def below_runs(name: str) -> Path:
    """Return a folder below runs/, whatever a run or study is called: names may be paths, and lead elsewhere."""
    return Path("runs") / (plain(name) or "run")
