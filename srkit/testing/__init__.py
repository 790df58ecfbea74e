"""What plugin authors import to test their parts: one contract a kind, over any part."""

from srkit.testing.contracts import CONTRACTS, check_part

__all__ = ["CONTRACTS", "check_part"]
