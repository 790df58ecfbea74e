"""A small catalog of fake parts: tests of the checker must not depend on the real ones."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

import srkit
from srkit.config.limits import Range
from srkit.parts import KINDS, Loss, Metric, Model, Upsampler
from srkit.registry import Part, Registry
from srkit.slots import default


@srkit.model("net")
class Net:
    def __init__(
        self, scale, channels, *, upsampler: Upsampler = default("shuffle"), depth: Annotated[int, Range(1, 64)] = 3
    ):
        self.built = (scale, channels, depth, upsampler(8, 8, scale))


@srkit.upsampler("shuffle")
class Shuffle:
    def __init__(self, channels, out_channels, scale, *, kernel: int = 3, init: Literal["he", "icnr"] = "he"):
        if kernel % 2 == 0:
            raise ValueError(f"kernel must be odd to keep the size, got {kernel}")
        if kernel == 13:
            _ = 1 / 0  # a bug
        self.built = (channels, out_channels, scale, kernel, init)


@srkit.upsampler("nearest")
class Nearest:
    def __init__(self, channels, out_channels, scale): ...


@srkit.loss("l1")
class L1:
    def __init__(self, *, weight: float = 1.0): ...


@srkit.loss("sum")
class Sum:
    def __init__(self, *, terms: dict[str, Loss], gain: float = 1.0): ...


@srkit.loss("read")
class Read:
    def __init__(self, *, file: Path):
        self.text = file.read_text()


@srkit.metric("psnr")
class Psnr:
    def __init__(self, scale, *, border: int | None = None): ...


@dataclass(frozen=True, kw_only=True)
class Budget:
    steps: int
    precision: Literal["fp32", "bf16"] = "fp32"
    rate: Annotated[float, Range(above=0)] = 0.1

    def __post_init__(self):
        if self.steps < 1:
            raise ValueError(f"steps must be positive, got {self.steps}")


@dataclass(frozen=True, kw_only=True)
class Schema:
    scale: int
    model: Model
    train: Budget
    loss: Loss = default("l1")
    extra: Loss | None = None
    metrics: list[Metric] = field(default_factory=lambda: [default("psnr")])
    shares: list[float] = field(default_factory=lambda: [0.8, 0.2])
    start: Path | None = None
    pace: Budget = field(default_factory=lambda: Budget(steps=9))
    both: Loss = default("sum", terms={"a": default("l1", weight=2.0)})
    tree: dict[str, Any] = field(default_factory=dict)
    let: dict[str, Any] = field(default_factory=dict)
    seed: int = 0


@pytest.fixture(scope="session")
def schema():
    return Schema


@pytest.fixture(scope="session")
def catalog():
    shelves = {kind.name: Registry(kind) for kind in KINDS}
    for factory in (Net, Shuffle, Nearest, L1, Sum, Read, Psnr):
        part = Part.of(factory, origin="tests")
        shelves[part.kind.name].add(part)
    return shelves
