"""Real-ESRGAN's chain of degradations (Wang et al. 2021): srkit's config of it, or a chain of the same stages."""

from __future__ import annotations

from typing import Any

import yaml

from gpu.section import ROOT
from srkit.parts.degradation import DegradationFn
from srkit.plugins import load_catalog

CONFIG = ROOT / "configs" / "degradations" / "real_esrgan.yaml"
ROUND: list[dict[str, Any]] = [
    {"use": "blur"},
    {"use": "resize"},
    {"use": "noise", "sigma_range": [1, 30]},
    {"use": "jpeg", "quality_range": [30, 95]},
]
STAND_IN = {"use": "chain", "stages": [*ROUND, *ROUND]}


def real_esrgan(scale: int) -> tuple[str, DegradationFn]:
    """Return the name of the chain and the chain."""
    if CONFIG.exists():
        written = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
        return "Real-ESRGAN", _built(written.get("degradation", written), scale)
    return "blur, resize, noise, JPEG, twice", _built(STAND_IN, scale)


def _built(choice: Any, scale: int) -> DegradationFn:
    options = {"use": choice} if isinstance(choice, str) else dict(choice)
    degradation: DegradationFn = load_catalog().build("degradation", options.pop("use"), scale, **options)
    return degradation
