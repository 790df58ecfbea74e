"""The processes that train together: what they exchange, how they join, and how they end with one message."""

from srkit.world.joining import joined, own_device
from srkit.world.world import ALONE, FailedElsewhereError, World, averaged

__all__ = ["ALONE", "FailedElsewhereError", "World", "averaged", "joined", "own_device"]
