"""Optimizers, which turn gradients into steps. One file each; list them below.

``parameters`` is wired in as (name, tensor) pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.optimizers.adam import adam
from srkit.optimizers.adamw import adamw
from srkit.optimizers.adan import adan
from srkit.optimizers.lion import lion
from srkit.optimizers.muon import Muon
from srkit.optimizers.sgd import sgd


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in optimizers."""
    return [adam, adamw, adan, lion, Muon, sgd]
