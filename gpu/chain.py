"""Real-ESRGAN's chain of degradations (Wang et al. 2021)."""

from __future__ import annotations

import yaml

from gpu.section import ROOT
from srkit.parts.degradation import DegradationFn
from srkit.plugins import load_catalog

CONFIG = ROOT / "configs" / "degradations" / "real_esrgan.yaml"


def real_esrgan(scale: int) -> DegradationFn:
    """Return the chain of ``configs/degradations/real_esrgan.yaml``."""
    options = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    degradation: DegradationFn = load_catalog().build("degradation", options.pop("use"), scale, **options)
    return degradation
