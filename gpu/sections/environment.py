"""The machine, its software, and the rates that other figures are compared with."""

from __future__ import annotations

import importlib
import os
import platform
import subprocess
import time
from importlib.metadata import PackageNotFoundError, version

import torch

from gpu.section import DATA, ROOT, Section
from gpu.timing import device, measured_peak, nominal_peak, seconds_a_call

PACKAGES = (
    *("torch", "triton", "numpy", "opencv-python-headless", "pluggy", "omegaconf", "safetensors", "typer", "rich"),
    *("matplotlib", "jinja2", "pillow", "tifffile", "filelock", "platformdirs", "pytest", "scipy"),
)
MODULES = (
    *("srkit.cli.main", "srkit.run", "srkit.report", "srkit.ablation.execute", "srkit.weights.zoo"),
    *("srkit.photographs.upscaler", "srkit.fused.prepare", "srkit.evaluation.checkerboard"),
)


def run(section: Section) -> None:
    """Note versions first, then what is missing, then the rates."""
    section.note(python=platform.python_version(), versions={name: _version(name) for name in PACKAGES})
    section.say(str(section.results["versions"]))
    section.note(cores=len(os.sched_getaffinity(0)), cpu=_cpu(), commit=_commit())
    for module in MODULES:
        section.attempt(f"import {module}", lambda module=module: importlib.import_module(module))
    section.attempt("catalog", lambda: section.note(parts=_parts()))
    section.attempt("encoder", lambda: section.note(encodes_metadata=hasattr(_cv2(), "imencodeWithMetadata")))
    section.note(data=sorted(place.name for place in DATA.glob("*")) if DATA.is_dir() else [])
    if torch.cuda.is_available():
        facts = torch.cuda.get_device_properties(0)
        section.note(
            device=facts.name,
            cuda=torch.version.cuda,
            cudnn=torch.backends.cudnn.version(),
            multiprocessors=facts.multi_processor_count,
            gpu_memory_gib=facts.total_memory / 2**30,
            tf32={"cudnn": torch.backends.cudnn.allow_tf32, "matmul": torch.backends.cuda.matmul.allow_tf32},
        )
    else:
        section.note(device="cpu")
    section.note(nominal_peak=nominal_peak())
    section.attempt("peak", lambda: section.note(measured_peak=_peak(section)))
    section.attempt("copies", lambda: section.note(copies=_copies(section)))
    section.say(f"peak {section.results.get('measured_peak')} copies {section.results.get('copies')}")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _parts() -> dict[str, list[str]]:
    from srkit.plugins import load_catalog

    return {kind: sorted(shelf) for kind, shelf in load_catalog().items()}


def _cv2() -> object:
    return importlib.import_module("cv2")


def _peak(section: Section) -> float:
    return measured_peak(256 if section.rehearse else 8192, seconds=0.05 if section.rehearse else 0.6)


def _copies(section: Section) -> dict[str, float]:
    """Bytes per second: on the device (read and written), and from pinned memory of the processor to the device."""
    size = 2**20 if section.rehearse else 2**28
    here = torch.zeros(size, dtype=torch.uint8, pin_memory=torch.cuda.is_available())
    there, other = here.to(device()), torch.empty_like(here, device=device())
    seconds = 0.02 if section.rehearse else 0.3
    inside = seconds_a_call(lambda: other.copy_(there), seconds=seconds)
    across = seconds_a_call(lambda: other.copy_(here, non_blocking=True), seconds=seconds)
    return {"device": 2 * size / inside, "host_to_device": size / across}


def _cpu() -> str:
    from srkit.plugins import load_catalog
    from srkit.run.environment import environment

    return environment(load_catalog(), 0, torch.device("cpu")).cpu


def _commit() -> str:
    """Return the commit of the working tree, if git knows one."""
    command = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return f"unknown, {time.strftime('%Y-%m-%d')}"
