"""Checking what a regime says of a step, before it is logged."""

from __future__ import annotations

from srkit.errors import TrainingError
from srkit.training import Step

NEEDED = (("losses", "loss"), ("rates", "lr"))
"""The mappings of a step, with the name that each must have."""

TAKEN = frozenset({"event", "step", "seconds", "images_per_second", "seconds_per_step"})
"""Names in a record of the log that are not a regime's."""


def checked(step: Step | None, wanted: int, done: int, regime: str) -> Step:
    """Return the record of a step as the regime yielded it.

    Args:
        step: The record; None if the regime has ended.
        wanted: The number of the step that was to be taken.
        done: The number of steps that the regime says are done.
        regime: The name of the regime, for messages.

    Raises:
        TrainingError: There is no record, or it is that of another step, or a name is missing or taken.
    """
    place = f"regime {regime!r}: step {wanted}"
    if not isinstance(step, Step):
        found = "the end of fit" if step is None else type(step).__name__
        raise TrainingError(f"{place}: wants a Step from its fit, found {found}; the regime has a bug")
    if (step.step, done) != (wanted, wanted):
        raise TrainingError(
            f"{place}: wants the record of this step, with as many steps done, found that of step {step.step} with "
            f"{done} done; the regime has a bug"
        )
    for what, name in NEEDED:
        if name not in getattr(step, what):
            raise TrainingError(f"{place}: wants {name!r} among its {what}, found none; the regime has a bug")
    if taken := TAKEN & {*step.losses, *step.rates, *step.norms}:
        raise TrainingError(
            f"{place}: wants losses, rates and norms with names of their own, found {min(taken)!r}, which the log "
            "uses; the regime has a bug"
        )
    return step
