"""The settings of torch.compile for one measurement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


@contextmanager
def compiler(*, graphs: bool, rehearse: bool) -> Iterator[None]:
    """Forget what was compiled, and have compiled modules replay CUDA graphs or not.

    In a rehearsal modules are traced, but nothing is compiled: that takes minutes on a processor.
    """
    from torch._inductor import config

    compiling, before = nn.Module.compile, config.triton.cudagraphs

    def trace(module: nn.Module, *_: Any, **__: Any) -> None:
        compiling(module, backend="aot_eager")

    torch._dynamo.reset()
    config.triton.cudagraphs = graphs
    try:
        if rehearse:
            nn.Module.compile = trace  # type: ignore[method-assign, assignment]
        yield
    finally:
        config.triton.cudagraphs = before
        nn.Module.compile = compiling  # type: ignore[method-assign]
