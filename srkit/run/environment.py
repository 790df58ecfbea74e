"""The environment of a run: versions, machine, seed."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

import srkit
from srkit.plugins import Catalog
from srkit.records.environment import Environment


def environment(catalog: Catalog, seed: int, device: torch.device) -> Environment:
    """Return the environment of a run of this process on ``device``."""
    return Environment(
        srkit=srkit.__version__,
        plugins={plugin.name: plugin.version for plugin in catalog.plugins},
        torch=str(torch.__version__),
        numpy=np.__version__,
        python=platform.python_version(),
        platform=platform.platform(),
        cpu=_processor(),
        cores=os.cpu_count(),
        threads=torch.get_num_threads(),
        device=torch.cuda.get_device_name(device) if device.type == "cuda" else str(device),
        seed=seed,
        command=("srkit", *sys.argv[1:]),  # also if it was started as a script or by python -m srkit
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _processor() -> str:
    """Return the name of the processor; ``platform`` does not know it on Linux."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
