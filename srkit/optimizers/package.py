"""Optimizers of the package pytorch_optimizer, which is an extra."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def from_package(name: str) -> Any:
    """Return the optimizer class ``name`` of pytorch_optimizer.

    Raises:
        ValueError: The package is missing or does not fit this torch; the message tells how to get it.
    """
    try:
        return getattr(import_module("pytorch_optimizer"), name)
    except (ImportError, AttributeError, RuntimeError) as error:  # one for another torch raises the latter two
        raise ValueError(
            f"the package pytorch_optimizer could not be loaded: {error}; pip install srkit[optimizers], or take "
            "adamw, adam, muon or sgd"
        ) from None
