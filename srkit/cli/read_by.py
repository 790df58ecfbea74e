"""A sentence about the reader of a file of weights, for files that srkit did not write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from srkit.network.network import Network
    from srkit.plugins import Catalog

OWN = ("", "srkit")
"""Readers about which nothing is said: none at all, and that of srkit's own files."""


def read_by(network: Network) -> str:
    """Return ``, read by NAME``; nothing for srkit's own files and for what is of no file."""
    return "" if network.reader in OWN else f", read by {network.reader}"


def could_be_read_by(file: str, network: Network, catalog: Catalog) -> str | None:
    """Return a sentence about the other readers that would read ``file``, and how one of them is chosen, if any."""
    from srkit.weights.load import other_readers

    if network.reader in OWN or file.startswith("{"):  # a mapping has chosen its reader already
        return None
    others = other_readers(Path(file), catalog, network.reader)
    if not others:
        return None
    return f"{' and '.join(others)} would read {file} too; choose by --model '{{use: {others[0]}, file: {file}}}'"
