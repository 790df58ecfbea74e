"""Importing spandrel, also where torchvision is missing or was built for another torch.

spandrel imports torchvision for two architectures that enlarge nothing, LaMa (inpainting) and RestoreFormer
(faces). The torchvision of the package index wants the torch of the same index, and does not import beside another
build of torch. Where it does not import, these two get functions that say so when they are called; all others work.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

NAMES = ("torchvision", "torchvision.transforms", "torchvision.transforms.functional")


def is_installed() -> bool:
    """Return whether spandrel is installed, without importing it."""
    return find_spec("spandrel") is not None


@cache
def spandrel() -> Any:
    """Return the package spandrel.

    Raises:
        ImportError: It, or a package that it wants other than torchvision, is not installed.
    """
    if "spandrel" in sys.modules or _has_torchvision():
        return import_module("spandrel")
    with _in_place_of_torchvision():
        return import_module("spandrel")


def _has_torchvision() -> bool:
    if find_spec("torchvision") is None:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import_module(NAMES[-1])
    except Exception:  # one that was built for another torch raises a RuntimeError
        _forget()
        return False
    return True


@contextmanager
def _in_place_of_torchvision() -> Iterator[None]:
    """Provide what spandrel imports of torchvision, and take it away again, so that nobody else finds it."""
    modules = [ModuleType(name) for name in NAMES]
    sys.modules.update(zip(NAMES, modules, strict=True))
    functional: Any = modules[-1]
    functional.InterpolationMode, functional.rotate, functional.normalize = None, _missing, _missing
    try:
        yield
    finally:
        _forget()


def _forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == NAMES[0]]:
        del sys.modules[name]


def _missing(*_: Any, **__: Any) -> Any:
    raise ImportError("this architecture of spandrel wants torchvision, which does not import here")
