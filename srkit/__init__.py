"""Image super-resolution, put together from parts.

This module is the plugin author's door: the hook marker and one decorator a
kind. It imports nothing heavy.
"""

from srkit.hookspecs import hookimpl
from srkit.registry import (
    dataset,
    degradation,
    launcher,
    loss,
    metric,
    model,
    optimizer,
    schedule,
    tracker,
    upsampler,
)

__version__ = "0.1.0"

__all__ = [
    "hookimpl",
    "model",
    "upsampler",
    "loss",
    "degradation",
    "metric",
    "dataset",
    "optimizer",
    "schedule",
    "tracker",
    "launcher",
]
