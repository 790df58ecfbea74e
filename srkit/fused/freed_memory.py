"""Keeping freed memory in the process, for the next tensors."""

from __future__ import annotations

import ctypes
import os
import platform

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # parameters of mallopt(3)

KEPT = 2**30
"""Most bytes of freed memory that the C library keeps, and the largest tensor that it makes from them."""


def keep_freed_memory() -> bool:
    """Make the C library keep up to 1 GiB of freed memory for the next tensors, and return whether it does.

    glibc hands every block of more than 32 MiB back to the kernel as soon as it is freed. The next layer
    gets it again as zeroed pages, at 3 GB/s on the machine where this was measured, which is a third of the time of
    LapSRN x4 on a 256x256 image. The setting holds for the whole process. It is not made if ``MALLOC_*`` or
    ``GLIBC_TUNABLES`` are set, nor with other C libraries.
    """
    chosen = any(name.startswith("MALLOC_") or name == "GLIBC_TUNABLES" for name in os.environ)
    if chosen or platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(M_MMAP_THRESHOLD, KEPT)) and bool(mallopt(M_TRIM_THRESHOLD, KEPT))
