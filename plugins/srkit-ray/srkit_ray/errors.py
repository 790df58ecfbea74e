"""The error of this package."""


class ClusterError(Exception):
    """Something that keeps the study from running; one line or several, each with its place first."""
