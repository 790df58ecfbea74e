"""The limit of the option ``--seed``."""

LARGEST_SEED = 2**63 - 1
"""The largest seed, as in configs; torch takes no larger one."""
