"""The device and the number format of computations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal

import torch

from srkit.errors import TrainingError

Precision = Literal["fp32", "bf16"]

FAST_BF16 = {"avx512_bf16", "amx_bf16", "bf16"}
"""Processor flags (x86, x86, Arm) of native bf16 products; without them bf16 is emulated and slow."""


def resolve_device(name: str) -> torch.device:
    """Return the device ``name``; auto is CUDA, then Apple's MPS, then the CPU.

    Raises:
        TrainingError: The device is not available.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    device = named_device(name)
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if not {"cuda": cuda, "mps": mps}.get(device.type, True):
        raise TrainingError(f"device: wants {name!r}, but torch finds none here; device=auto takes what there is")
    return device


def named_device(name: str) -> torch.device:
    """Return the device called ``name``, the CPU for auto, whether or not it is available.

    Raises:
        TrainingError: There is no device of this name.
    """
    try:
        device = torch.device("cpu" if name == "auto" else name)
        if device.type != "meta":  # a device of shapes alone, which computes no values
            return device
    except RuntimeError:
        pass
    raise TrainingError(f"device: wants auto, cpu, cuda, cuda:0, mps, ..., got {name!r}")


def resolve_precision(name: str, device: torch.device) -> Precision:
    """Return fp32 or bf16; auto is bf16 where the device computes it fast.

    Raises:
        TrainingError: There is no precision of this name.
    """
    if name == "auto":
        return "bf16" if fast_bf16(device) else "fp32"
    if name == "bf16":
        return "bf16"
    if name == "fp32":
        return "fp32"
    raise TrainingError(f"precision: wants auto, fp32 or bf16, got {name!r}")


def fast_bf16(device: torch.device) -> bool:
    """Return whether convolutions on ``device`` are faster in bf16 than in fp32; False for MPS (not measured)."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type == "cpu":  # the fast kernels are those of oneDNN, not of torch itself
        return _bf16_kernels() and not FAST_BF16.isdisjoint(_processor_flags())
    return False


def slow_bf16(device: torch.device) -> bool:
    """Return whether bf16 is known to be slower than fp32 on ``device``, or fails there; False for MPS."""
    return device.type in ("cpu", "cuda") and not fast_bf16(device)


def _bf16_kernels() -> bool:
    """Return whether oneDNN is there and computes in bf16 here; a variable of its own may forbid it to."""
    there: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    supported = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    return there and (supported is None or bool(supported()))


def _processor_flags() -> set[str]:
    """Return the feature flags of the processor from Linux; torch 2.6 has no call that returns them."""
    try:
        return set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        known: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
        return {name for name, has in known.items() if has is True and name.startswith(("avx", "amx"))}


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[Any]:
    """Return the context of a forward pass in ``precision``; use ``products`` for its backward pass."""
    if precision == "fp32":
        return products(device, precision)
    return torch.autocast(device.type, dtype=torch.bfloat16)


def products(device: torch.device, precision: Precision) -> AbstractContextManager[Any]:
    """Return a context in which fp32 products on CUDA are computed in fp32, not in TF32.

    By default torch lets convolutions there round their factors to TF32, with 10 bits of mantissa instead of 23:
    scores and gradients then differ from those of a CPU. In bf16, and on other devices, the context does nothing.
    """
    return _without_tf32() if precision == "fp32" and device.type == "cuda" else nullcontext()


@contextmanager
def _without_tf32() -> Iterator[None]:
    """Switch TF32 off for the whole process, since torch has no narrower switch, and restore it afterwards."""
    switches: list[tuple[Any, str, Any]] = [
        (torch.backends.cudnn, "allow_tf32", False),
        (torch.backends.cuda.matmul, "allow_tf32", False),
    ]
    try:
        before = [getattr(place, name) for place, name, _ in switches]
    except RuntimeError:  # torch's newer switches are set, and torch refuses to mix them with these
        convolution = torch.backends.cudnn.conv  # type: ignore[attr-defined]
        switches = [(place, "fp32_precision", "ieee") for place in (convolution, torch.backends.cuda.matmul)]
        before = [getattr(place, name) for place, name, _ in switches]
    try:
        for place, name, value in switches:
            setattr(place, name, value)
        yield
    finally:
        for (place, name, _), value in zip(switches, before, strict=True):
            setattr(place, name, value)
