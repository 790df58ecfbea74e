"""The contracts of parts, one for each kind, by which plugin authors test their parts."""

from srkit.testing.contracts import check_part, contract_of

__all__ = ["check_part", "contract_of"]
