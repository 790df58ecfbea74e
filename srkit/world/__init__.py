"""The processes that train together: what they exchange, how they join, and how they end with one message."""

from srkit.world.joining import joined, own_device
from srkit.world.world import ALONE, FailedElsewhere, World, averaged

__all__ = ["ALONE", "FailedElsewhere", "World", "averaged", "joined", "own_device"]
