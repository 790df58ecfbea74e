"""A tracker that writes TensorBoard events."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import srkit


@srkit.tracker("tensorboard")
class Tensorboard:
    """TensorBoard events in the folder tensorboard of the run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tensorboard"
        self.writer: Any = None

    def record(self, step: int, values: Mapping[str, float]) -> None:
        """Write every value as a scalar. A resumed run hides the scalars of later steps."""
        if self.writer is None:
            from torch.utils.tensorboard import SummaryWriter  # takes a second to import

            self.writer = SummaryWriter(str(self.folder), purge_step=step)
        for name, value in values.items():
            self.writer.add_scalar(name, value, step)
        self.writer.flush()  # takes 0.2 ms; a killed run resumes from its checkpoint and would not write this again

    def close(self) -> None:
        """Write the events that are still held back."""
        if self.writer is not None:
            self.writer.close()
