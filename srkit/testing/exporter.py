"""The contract of exporters."""

from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor

from srkit.errors import ExportError
from srkit.network.color import Color
from srkit.network.exporter import Checked
from srkit.network.network import Network
from srkit.parts.exporter import SUFFIXES
from srkit.registry import Part
from srkit.testing.making import Make
from srkit.testing.small import small_options

MODELS = ("compact", "span", "espcn", "bicubic")
"""Models of which an exporter takes at least one."""
SCALE = 2


def exporter(part: Part, make: Make) -> None:
    """Check that it writes the file that it is told to and no other, leaves the network as it is, and says why not.

    It may refuse a network, but not all.
    """
    with TemporaryDirectory() as folder:
        target = Path(folder) / f"network{next(iter(SUFFIXES.of(part.factory)), '')}"
        refusals = []
        for name in MODELS:
            network = _network(make, name)
            try:
                _written(part, make(), network, target)
            except ExportError as error:
                _says_which(part, error, target)
                refusals.append(error)
            else:
                _nowhere(part, make(), network, Path(folder) / "missing" / target.name)
                return
    raise AssertionError(f"{part}: refuses every network of {', '.join(MODELS)}; {refusals[-1]}")


def _network(make: Make, name: str) -> Network:
    shelf, channels = make.catalog["model"], Color.RGB.channels
    options = small_options(shelf[name], make.catalog, SCALE, channels)
    module = make.catalog.build("model", name, SCALE, channels, **options)
    return Network.of(module.eval(), SCALE, Color.RGB, name=name, metadata={"model": {"use": name, **options}})


def _written(part: Part, made: Any, network: Network, target: Path) -> None:
    target.write_bytes(b"old")
    before = {name: value.clone() for name, value in network.module.state_dict().items()}
    checked = made(network, target)
    after = network.module.state_dict()
    same = after.keys() == before.keys() and all(_equal(value, before[name]) for name, value in after.items())
    assert same, f"{part}: changes the network that it writes"
    assert not network.module.training, f"{part}: leaves the network in train()"
    assert all(one.requires_grad for one in network.module.parameters()), f"{part}: freezes the network"
    assert isinstance(checked, Checked), (
        f"{part}: wants srkit.network.exporter.Checked, gave {type(checked).__name__}"
    )
    assert math.isfinite(checked.difference), f"{part}: says that its file differs by {checked.difference}"
    assert target.read_bytes() != b"old", f"{part}: does not replace the file that was there"
    found = sorted(file.name for file in target.parent.iterdir())
    assert found == [target.name], f"{part}: wants to write {target.name} alone, wrote {', '.join(found)}"


def _equal(one: Tensor, other: Tensor) -> bool:
    return one.dtype == other.dtype and torch.equal(one, other)


def _nowhere(part: Part, made: Any, network: Network, target: Path) -> None:
    """Check that a file in a folder that does not exist is refused as such."""
    try:
        made(network, target)
    except ExportError as error:
        _says_which(part, error, target)
        return
    except Exception as error:
        raise AssertionError(f"{part}: wants an ExportError for a missing folder, raised {error!r}") from error
    raise AssertionError(f"{part}: wants an ExportError for a missing folder, raised none")


def _says_which(part: Part, error: ExportError, target: Path) -> None:
    assert str(error).startswith(f"{target}: "), f"{part}: wants an error that begins with the file, raised {error}"
