"""Computing without autocast."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch


def full_precision(device: torch.device) -> AbstractContextManager[object]:
    """Return a context in which autocast does not change number formats on ``device``.

    A device without autocast, such as ``meta`` on which shapes alone are computed, needs none.
    """
    # the compiler cannot look into the question, and compiles for no device without autocast
    if not torch.compiler.is_compiling() and not torch.amp.is_autocast_available(device.type):
        return nullcontext()
    return torch.autocast(device.type, enabled=False)
