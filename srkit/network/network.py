"""A network with the facts that its users need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from srkit.network.color import Color
from srkit.network.needs import Needs, needs_of


@dataclass(frozen=True, eq=False)
class Network:
    """A network with the facts that its users need.

    Args:
        module: (N,C,h,w) to (N,C,s*h,s*w), C being ``color.channels``.
        scale: s.
        color: The colours that it works on.
        needs: What it needs from its caller.
        name: Its name in messages.
        metadata: Plain values that its checkpoint keeps; under ``"model"`` the part that builds the module,
            with its options, as in YAML.
        reader: The name of the reader that read its file; empty if it is of no file.
    """

    module: nn.Module
    scale: int
    color: Color
    needs: Needs
    name: str = "network"
    metadata: Mapping[str, Any] = field(default_factory=dict)
    reader: str = ""

    @classmethod
    def of(
        cls,
        module: nn.Module,
        scale: int,
        color: Color | str,
        *,
        name: str = "network",
        metadata: Mapping[str, Any] | None = None,
    ) -> Network:
        """Return the network of ``module``, with the needs that the module declares.

        Raises:
            ValueError: ``color`` is neither ``"y"`` nor ``"rgb"``.
        """
        return cls(module, scale, Color(color), needs_of(module), name, metadata or {})

    @property
    def learns(self) -> bool:
        """Whether its module has parameters to train."""
        return any(True for _ in self.module.parameters())
