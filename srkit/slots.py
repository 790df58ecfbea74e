"""What a part may ask for, and what each kind of part must be.

A *slot* (``Upsampler``, ``Loss``, ...) is an annotation: written on a
keyword-only parameter it lets YAML fill that parameter with a part of the kind.
To mypy a slot is a plain callable: call it with what the kind wires in, and it
gives the part. A ``...Fn`` or a protocol is the part itself, once built. The contract of
each kind stands in docs/add-a-part.md, and ``srkit.testing.check_part`` checks it.

Conventions that hold everywhere: images are float tensors (N,C,H,W) in [0,1];
C is 1 (Y of BT.601 studio range, so in [16/255, 235/255]) or 3 (RGB). Torch's generator is
seeded when a part is built; when it is called, nothing but a network in ``train()`` draws from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

import torch
from torch import Tensor, nn

from srkit import registry
from srkit.draws import Draws
from srkit.image.array import UInt8Image
from srkit.work import Work


class Pair(NamedTuple):
    """A batch to learn from.

    ``low`` is (N,C,h,w) and ``high`` is (N,C,s*h,s*w), both float in [0,1];
    ``names`` says which image each of the N crops was cut from.
    """

    low: Tensor
    high: Tensor
    names: tuple[str, ...]


LossFn: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""(prediction, target), both float32 (N,C,H,W), to a scalar of shape (); the prediction is not clipped.

One that has tensors is an ``nn.Module`` with buffers: only a module is moved to the training's device.
"""


@runtime_checkable
class Balanced(Protocol):
    """A loss that sets weights of its own before a training's first step.

    They belong to the training's state: such a loss is a module, and its ``state_dict`` holds them.
    """

    def balance(self, prediction: Tensor, target: Tensor) -> None:
        """Set the weights from the first batch: full-size SR and HR, (N,C,H,W)."""
        ...

    @property
    def balanced(self) -> Mapping[str, float]:
        """The weights that were set, by name; empty where there are none to set."""
        ...


@runtime_checkable
class Sum(Protocol):
    """A loss that is a sum of named terms, each of which a training then logs."""

    def terms(self, prediction: Tensor, target: Tensor) -> Mapping[str, Tensor]:
        """Return the terms by name, weighted, as scalars; calling the loss gives their sum."""
        ...


MetricFn: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""(prediction, target), both (N,C,H,W) in [0,1] on the CPU, to one value per image: (N,). C is 3, of gray 1.

Its attribute ``protocol``, plain values by name, says how it measures. Higher values are taken for
better ones unless it has ``"better": "lower"``.
"""

DegradationFn: TypeAlias = Callable[[Tensor, Draws], Tensor]
"""(high (N,C,s*H,s*W), draws) to low (N,C,H,W), batched, on the tensors' own device.

C is 3, or 1 for gray images. What is random comes from the draws, which are the same on every device. Row n of
low depends on row n of both and on nothing else, to the last bit: not on the size of the batch either. In
training several threads call it at once. See ``Traced`` for getting back what was drawn.
"""

StageFn: TypeAlias = Callable[[Work, Draws], Work]
"""(work, draws) to the work with other images: one step of the degradation ``chain``.

Images of a batch may differ in size. What becomes of image n depends on it and on row n of the draws alone, as
in a ``DegradationFn``. A stage changes no tensor that it is given, and leaves ``low_size`` as it is.
"""


@runtime_checkable
class Traced(Protocol):
    """A degradation that can also say what it drew."""

    def trace(self, high: Tensor, draws: Draws) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Return what calling it returns, and the drawn values by name.

        ``"kernels"`` is (N,k,k), the blur kernel of each image.
        """


@runtime_checkable
class Pyramid(Protocol):
    """A model that predicts every level of a pyramid."""

    def pyramid(self, x: Tensor) -> Sequence[Tensor]:
        """Return predictions coarse to fine; the last is what calling the model gives."""


class ImageSet(Protocol):
    """A sized collection of named images, cheap to open, decoded late.

    A set of LR/HR pairs knows their ``scale``; where it is None, LR is to be made by a degradation, and ``low``
    is never called. Opened again it has the same images in the same order. Threads decode several at once.
    """

    @property
    def scale(self) -> int | None:
        """How many times larger HR is than the set's own LR; None where there is none."""
        ...

    @property
    def names(self) -> Sequence[str]:
        """The images' names, unique; pictures of each go into a folder of its name, so none leads out of one."""
        ...

    def __len__(self) -> int: ...

    def high(self, index: int, /) -> UInt8Image:
        """Decode the HR image, RGB or gray."""
        ...

    def low(self, index: int, /) -> UInt8Image:
        """Decode the LR image of a pair: HR's channels, its sides over the scale, rounded down or up."""
        ...

    def size(self, index: int, /) -> tuple[int, int]:
        """Return (height, width) of the HR image, without decoding it."""
        ...

    def key(self, index: int, /) -> str:
        """Identify the image's present content: decoded pixels are cached under it."""
        ...


@runtime_checkable
class WithOriginals(Protocol):
    """An image set whose ``key`` says more than which photograph HR is of."""

    def original(self, index: int, /) -> str:
        """Identify the photograph: nobody may train on one part of it and test on another."""
        ...


class TrackerFn(Protocol):
    """Receives the records of a run as they happen: plain numbers by name.

    A resumed run opens its folder again and repeats the steps since its last checkpoint: the first record
    takes back what was written of its step and later ones.
    """

    def record(self, step: int, values: Mapping[str, float], /) -> None:
        """Receive what was measured at ``step``; a perfect image has an infinite PSNR."""
        ...

    def close(self) -> None:
        """Write what is still held back."""
        ...


class Task(NamedTuple):
    """A process that a launcher is to run.

    ``command`` is a program and its arguments. It reads and writes files only, stops when its
    standard input is closed, and goes on where it was when it is run again. What it prints goes
    to the file ``output``.
    """

    name: str
    command: tuple[str, ...]
    output: Path


class Ended(NamedTuple):
    """A task that is over. ``code`` is its exit status, 0 where all went well, negative where a signal ended it."""

    name: str
    code: int


class LauncherFn(Protocol):
    """Runs tasks somewhere."""

    def __call__(self, tasks: Sequence[Task], jobs: int | None, /) -> Iterator[Ended]:
        """Run ``tasks``, ``jobs`` of them at a time (None: as many as is best), and yield each when it is over.

        Closing the iterator, a generator, stops what is still running. Until then each task has an
        open standard input.
        """
        ...


class Unfilled:
    """A slot's default: the name of a part and its options, until a catalog fills it in."""

    def __init__(self, use: str, options: Mapping[str, Any]) -> None:
        self.use, self.options = use, options

    def tree(self) -> dict[str, Any]:
        """Return the default as YAML would write it."""
        return {"use": self.use, **self.options}

    def __repr__(self) -> str:
        return f"default({self.use!r})"

    def __call__(self, *_wired: Any) -> Any:
        """Refuse: a name alone builds nothing."""
        raise TypeError(
            f"the default part {self.use!r} is filled in by a catalog; build the host with "
            "srkit.plugins.Catalog.build, or pass a callable for this slot"
        )


def default(use: str, **options: Any) -> Any:
    """Name the part that fills a slot which YAML leaves out.

    Written as a parameter's default: ``upsampler: Upsampler = default("subpixel")``.
    """
    return Unfilled(use, options)


Model: TypeAlias = Annotated[Callable[[int, int], nn.Module], registry.model]
Upsampler: TypeAlias = Annotated[Callable[[int, int], nn.Module], registry.upsampler]
Loss: TypeAlias = Annotated[Callable[[], LossFn], registry.loss]
Degradation: TypeAlias = Annotated[Callable[[int], DegradationFn], registry.degradation]
Stage: TypeAlias = Annotated[Callable[[int], StageFn], registry.stage]
Metric: TypeAlias = Annotated[Callable[[int], MetricFn], registry.metric]
Dataset: TypeAlias = Annotated[Callable[[], ImageSet], registry.dataset]
Optimizer: TypeAlias = Annotated[Callable[[Iterable[Any]], torch.optim.Optimizer], registry.optimizer]
Schedule: TypeAlias = Annotated[
    Callable[[torch.optim.Optimizer, int], torch.optim.lr_scheduler.LRScheduler], registry.schedule
]
Tracker: TypeAlias = Annotated[Callable[[Path], TrackerFn], registry.tracker]
Launcher: TypeAlias = Annotated[Callable[[], LauncherFn], registry.launcher]
