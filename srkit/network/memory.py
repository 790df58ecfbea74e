"""The memory that is free, and the memory that a network needs."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import Tensor, nn

from srkit.network.network import Network
from srkit.network.per_image import PerImage

PROCESSOR = torch.device("cpu")
MOST_FOR_TILES = 2**30
"""Most bytes for a tile on a processor: x2 of 24 megapixels then stays under 2 GB, and halos cost a tenth."""
SIDE = 16
"""Side, in input pixels, of the image on which a network's footprint is measured."""
UNKNOWN = 2**31
"""Bytes that are assumed to be free if the system does not report them."""
SHARE = 0.5
"""Share of the free memory that is used; the rest is for other programs and for what is not counted here."""


def free_memory(device: torch.device) -> int:
    """Return the bytes that may still be used on ``device``."""
    if device.type == "cuda":
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + unused
    return min(_of_the_machine(), _of_the_container(), _of_the_limit())


def for_tiles(device: torch.device, taken: int = 0) -> int:
    """Return the most bytes for a tile, when ``taken`` of the free ones are reserved."""
    free = free_memory(device)
    if device.type == "cuda":
        return int(free * SHARE)
    return min(MOST_FOR_TILES, int((free - taken) * SHARE))


def out_of_memory(error: BaseException) -> bool:
    """Return whether ``error`` means too little memory; the processor's allocator raises a plain RuntimeError."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    said = str(error)
    return isinstance(error, RuntimeError) and any(
        phrase in said for phrase in ("DefaultCPUAllocator", "not enough memory", "out of memory", "ALLOC_FAILED")
    )


@torch.no_grad()
def footprint(network: Network) -> int:
    """Return an estimate of the bytes that the network needs at its peak for every input pixel.

    It is three times the bytes that the largest of its layers reads and writes in float32, measured on a small
    image: the rest is for the layer's workspace, and for results that other layers still hold. The module is left
    in evaluation mode. For a method, only the images are counted.
    """
    module, channels = network.module.eval(), network.color.channels
    if isinstance(module, PerImage):  # it would learn the small image, and say nothing of a large one
        return 3 * network.scale**2 * channels * 4 * 4
    side = max(SIDE, network.needs.least)
    side += -side % network.needs.multiple
    seen = [network.scale**2 * channels * 4 * 4]  # the pixels of the result themselves

    def note(_: nn.Module, given: object, made: object) -> None:
        seen.append(_bytes(given) + _bytes(made))

    hooks = [layer.register_forward_hook(note) for layer in module.modules()]
    try:
        device = next((parameter.device for parameter in module.parameters()), PROCESSOR)
        module(torch.zeros(1, channels, side, side, device=device))
    finally:
        for hook in hooks:
            hook.remove()
    return 3 * max(seen[0], max(seen[1:], default=0) // side**2)


def _bytes(values: object) -> int:
    if isinstance(values, Tensor):
        return values.numel() * 4
    return sum(map(_bytes, values)) if isinstance(values, (tuple, list)) else 0


def _of_the_machine() -> int:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, ValueError, OSError):  # Windows
        return UNKNOWN


def _of_the_container(folder: Path = Path("/sys/fs/cgroup")) -> int:
    """Return the bytes that the limit of a container leaves; without a limit, a huge number."""
    try:
        limit, used = (
            (folder / name).read_text(encoding="ascii").strip() for name in ("memory.max", "memory.current")
        )
        kept = dict(line.split() for line in (folder / "memory.stat").read_text(encoding="ascii").splitlines())
    except (OSError, ValueError):
        return 2**62
    if limit == "max":
        return 2**62
    return max(0, int(limit) - int(used) + int(kept.get("inactive_file", 0)))  # cached files can be dropped


def _of_the_limit() -> int:
    """Return the bytes that the process may still map (``ulimit -v``); without a limit, a huge number."""
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except (ImportError, OSError):  # Windows, macOS
        return 2**62
    return 2**62 if limit == resource.RLIM_INFINITY else max(0, limit - used)
