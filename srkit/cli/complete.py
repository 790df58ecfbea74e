"""Names that the shell completes behind ``srkit``; torch is not imported for them."""

from __future__ import annotations

from collections.abc import Iterable


def weights(incomplete: str) -> list[str]:
    """Return the names of shipped weights, and of bicubic; for other beginnings the shell completes files."""
    from srkit.weights.zoo import names

    return _beginning(incomplete, [*names(), "bicubic"])


def kinds(incomplete: str) -> list[str]:
    """Return the names of the kinds of parts."""
    from srkit.plugins.names import part_names

    return _beginning(incomplete, part_names())


def models(incomplete: str) -> list[str]:
    """Return the names of the models."""
    return _parts("model", incomplete)


def degradations(incomplete: str) -> list[str]:
    """Return the names of the degradations."""
    return _parts("degradation", incomplete)


def estimators(incomplete: str) -> list[str]:
    """Return the names of the estimators of blur kernels."""
    return _parts("estimator", incomplete)


def _parts(kind: str, incomplete: str) -> list[str]:
    from srkit.plugins.names import part_names

    return _beginning(incomplete, part_names()[kind])


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
