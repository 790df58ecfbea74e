"""What plugin authors import to test their parts: one contract a kind, over any part."""

from srkit.testing.contracts import check_part, contract_of

__all__ = ["check_part", "contract_of"]
