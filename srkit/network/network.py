"""A network, and what must be known to use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from srkit.network.color import Color
from srkit.network.needs import Needs, needs_of


@dataclass(frozen=True, eq=False)
class Network:
    """A network, and what must be known to use it.

    Args:
        module: (N,C,h,w) to (N,C,s*h,s*w), C being ``color.channels``.
        scale: s.
        color: What it works on.
        needs: What it needs of its caller.
        name: What messages call it.
        metadata: Plain values that a checkpoint keeps of it; under ``"model"`` the part that builds the module,
            with its options, as YAML would say them.
    """

    module: nn.Module
    scale: int
    color: Color
    needs: Needs
    name: str = "network"
    metadata: Mapping[str, Any] = field(default_factory=dict)

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
        """Return the network of ``module``, with the needs that the module says.

        Raises:
            ValueError: ``color`` is neither ``"y"`` nor ``"rgb"``.
        """
        return cls(module, scale, Color(color), needs_of(module), name, metadata or {})

    @property
    def learns(self) -> bool:
        """Whether its module has parameters."""
        return any(True for _ in self.module.parameters())
