"""The part of a loss that belongs to the state of a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from srkit.errors import CheckpointError
from srkit.parts.loss import LossFn


def loss_state(loss: LossFn | None) -> dict[str, Any]:
    """Return the state of a loss that is a module: its buffers and extra state.

    Its parameters are left out: they belong to a frozen network whose weights are loaded from another file.
    """
    if not isinstance(loss, nn.Module):
        return {}
    frozen = {name for name, _ in loss.named_parameters(remove_duplicate=False)}
    return {name: value for name, value in loss.state_dict().items() if name not in frozen}


def load_loss_state(loss: LossFn | None, state: Mapping[str, Any], where: str) -> None:
    """Restore the state of ``loss``.

    Raises:
        CheckpointError: The state belongs to another loss.
    """
    known = loss_state(loss)
    if differ := sorted(known.keys() ^ state.keys()):
        has = "has" if differ[0] in state else "lacks"
        raise CheckpointError(f"{where}: belongs to another loss: {has} {', '.join(differ)}")
    if isinstance(loss, nn.Module):
        loss.load_state_dict(dict(state), strict=False)  # its frozen network keeps the weights it has
