"""Regimes, which train a network. One file each; list them below.

A regime owns all that changes while it trains, in addition to the model: optimizers, schedules, averages, and
networks that are only needed for training. It is given the recipe of the model and the place to compute at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.regimes.adversarial import Adversarial
from srkit.regimes.supervised import Supervised


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in regimes."""
    return [Adversarial, Supervised]
