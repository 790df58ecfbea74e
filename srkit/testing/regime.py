"""The contract of regimes."""

from __future__ import annotations

import io
import math
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn import functional as F

from srkit.errors import TrainingError
from srkit.pair import Pair
from srkit.parts.regime import BATCHES, FAILURE, RegimeFn
from srkit.registry import Part
from srkit.testing.making import Make
from srkit.training import ON_CPU, Place, Recipe, Step
from srkit.world import World, averaged

STEPS, STOP = 6, 3
SCALE = 4
SIDE = 8
"""Side of an LR crop, in pixels."""


class _Network(nn.Module):
    """A network of x4 with a pyramid of two levels and with dropout, whose draws a resume must continue."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(1, 1, 3, padding=1)
        self.dropout = nn.Dropout(0.2)

    def pyramid(self, low: Tensor) -> list[Tensor]:
        first = F.interpolate(self.dropout(self.convolution(low)), scale_factor=2)
        return [first, F.interpolate(first, scale_factor=2)]

    def forward(self, low: Tensor) -> Tensor:
        return self.pyramid(low)[-1]


def regime(part: Part, make: Make) -> None:
    """Check that it trains the model, records each step, stops at a loss that is no number, and resumes exactly.

    It must train alike as one of several processes.
    """
    whole, steps = _trained(part, make, STEPS)
    assert [step.step for step in steps] == list(range(1, STEPS + 1)), f"{part}: must number its steps from 1"
    for step in steps:
        _says(part, step)
    untrained, _ = _trained(part, make, 0)
    changed = not _equal(_weights(whole), _weights(untrained))
    assert changed, f"{part}: {STEPS} steps leave what is evaluated as it was"
    prediction = whole.evaluated(torch.rand(1, 1, 8, 8))
    assert tuple(prediction.shape) == (1, 1, 32, 32), f"{part}: what is evaluated must enlarge as the model does"
    _goes_on(part, make, _weights(whole))
    _with_others(part, make, _weights(whole))
    begun, _ = _trained(part, make, 1)
    try:
        list(begun.fit(lambda step: _pair(step)._replace(high=torch.full((4, 1, 32, 32), math.nan)), until=2))
    except TrainingError:
        return
    raise AssertionError(f"{part}: a loss that is not a number must raise TrainingError")


@dataclass(frozen=True)
class _Shared(World):
    """A process that trains as one of several does, with the networks that it shares with them.

    Its group has no other process, so the exchange of gradients is torch's own and changes none.
    """

    networks: list[nn.Module] = field(default_factory=list)
    called: set[int] = field(default_factory=set)

    def parallel(self, network: nn.Module) -> nn.Module:
        wrapped, number = averaged(network), len(self.networks)
        self.networks.append(network)
        wrapped.register_forward_hook(lambda *_: self.called.add(number))
        return wrapped


def _with_others(part: Part, make: Make, wanted: Mapping[str, Tensor]) -> None:
    """Check that it trains as well when its networks are wrapped as several processes wrap them."""
    if not dist.is_available():
        return
    world, trained = _Shared(), set[int]()

    def adam(named: Iterable[tuple[str, nn.Parameter]]) -> torch.optim.Optimizer:
        named = list(named)
        trained.update(id(parameter) for _, parameter in named)
        return torch.optim.Adam(named, lr=0.05)

    with _group():
        built, _ = _trained(part, make, STEPS, replace(ON_CPU, world=world), adam)
    shared = {id(parameter) for network in world.networks for parameter in network.parameters()}
    idle = [type(one).__name__ for number, one in enumerate(world.networks) if number not in world.called]
    assert trained <= shared, (
        f"{part}: wants every network that it trains from place.world.parallel(network), since each of several "
        f"processes would otherwise train another; {len(trained - shared)} of {len(trained)} parameters are not"
    )
    assert not idle, f"{part}: never calls what place.world.parallel returns for {', '.join(idle)}"
    assert _equal(_weights(built), wanted), f"{part}: ends with other weights where it is one of several processes"


@contextmanager
def _group() -> Iterator[None]:
    """Provide a process group of this process alone, unless there is a group already."""
    if dist.is_initialized():
        yield
        return
    store = dist.HashStore()  # type: ignore[attr-defined]
    dist.init_process_group("gloo", store=store, rank=0, world_size=1)
    try:
        yield
    finally:
        dist.destroy_process_group()


def _adam(named: Iterable[tuple[str, nn.Parameter]]) -> torch.optim.Optimizer:
    return torch.optim.Adam(named, lr=0.05)


def _trained(
    part: Part, make: Make, until: int, place: Place = ON_CPU, optimizer: Callable[..., Any] = _adam
) -> tuple[RegimeFn, list[Step]]:
    torch.manual_seed(0)
    network = _Network()
    recipe = Recipe(F.l1_loss, optimizer, _constant, ema=0.9, crop=(1, SIDE * SCALE, SIDE * SCALE))
    built: RegimeFn = make(network, recipe, STEPS, place)
    assert built.step == 0, f"{part}: begins at step {built.step}, wants 0"
    torch.manual_seed(1)
    taken: list[int] = []

    def pair(number: int) -> Pair:
        taken.append(number)
        return _pair(number)

    steps = list(built.fit(pair, until=until))
    wanted = until * BATCHES.of(built)
    assert taken == list(range(wanted)), (
        f"{part}: must take the batches 0 to {wanted - 1} in order in {until} steps, took {taken}"
    )
    failure = FAILURE.of(built)
    assert failure is None, f"{part}: says of {until} steps that go well that they fail: {failure}"
    return built, steps


def _goes_on(part: Part, make: Make, wanted: Mapping[str, Tensor]) -> None:
    """Check that a training that was stopped and resumed ends as one that was not."""
    stopped, _ = _trained(part, make, STOP)
    file, generator = io.BytesIO(), torch.get_rng_state()
    try:
        torch.save(stopped.state_dict(), file)
        file.seek(0)
        state: dict[str, Any] = torch.load(file, weights_only=True)
    except (pickle.PickleError, AttributeError, TypeError) as error:  # three ways to say what cannot be pickled
        raise AssertionError(f"{part}: its state_dict must hold tensors and plain values alone") from error
    resumed, _ = _trained(part, make, 0)
    resumed.load_state_dict(state, "a file")
    assert resumed.step == STOP, f"{part}: is at step {resumed.step} after load_state_dict, wants {STOP}"
    torch.set_rng_state(generator)
    list(resumed.fit(_pair, until=STEPS))
    same = _equal(_weights(resumed), wanted)
    assert same, f"{part}: its state_dict does not hold all that it trains: resumed, it ends with other weights"


def _says(part: Part, step: Step) -> None:
    for what, named, main in (("losses", step.losses, "loss"), ("rates", step.rates, "lr")):
        assert main in named, f"{part}: a step must have {main!r} among its {what}, has {', '.join(named)}"
    numbers = step.numbers
    assert len(numbers) == len(step.losses) + len(step.rates) + len(step.norms), (
        f"{part}: losses, rates and norms of a step must have names of their own"
    )
    endless = [name for name, value in numbers.items() if not math.isfinite(value)]
    assert not endless, f"{part}: {', '.join(endless)} of a step is not finite"
    attached = [name for name, value in {**step.losses, **step.norms}.items() if value.requires_grad]
    assert not attached, f"{part}: {', '.join(attached)} of a step must be detached"


def _pair(step: int) -> Pair:
    low = torch.rand(4, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(step))
    return Pair(low, F.interpolate(low, scale_factor=SCALE, mode="bilinear"), ("a", "b", "c", "d"))


def _constant(optimizer: torch.optim.Optimizer, _steps: int) -> torch.optim.lr_scheduler.LRScheduler:
    return torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1)


def _weights(built: RegimeFn) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in built.evaluated.state_dict().items()}


def _equal(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(value, other[name]) for name, value in one.items())
