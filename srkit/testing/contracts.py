"""What every part of a kind must keep, whoever wrote it. A contract raises AssertionError, saying what broke."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from srkit.errors import SrkitError
from srkit.plugins import Catalog, load_catalog
from srkit.registry import Part
from srkit.slots import Pyramid, Traced

SIZES = ((5, 7), (8, 8))
SCALES = (2, 3, 4, 8)


def check_part(part: Part, catalog: Catalog | None = None, **options: Any) -> None:
    """Check that ``part``, built with ``options``, keeps the contract of its kind.

    Kinds that need a folder or a file (datasets, trackers, launchers) have no
    contract here; every part must say what it is in the first line of its docstring.

    Raises:
        AssertionError: What the part does not keep.
    """
    assert part.summary, f"{part} has no docstring; its first line stands in every listing"
    contract = CONTRACTS.get(part.kind.name)
    if contract is None:
        return
    shelves = catalog or load_catalog()

    def make(*wired: Any) -> Any:
        torch.manual_seed(0)
        return shelves.build(part.kind.name, part.name, *wired, **options)

    with torch.random.fork_rng():
        contract(part, make)


def _upsampler(part: Part, make: Callable[..., Any]) -> None:
    """Features (N,C,H,W) become exactly (N,C,sH,sW), for every batch, odd sizes and 1x1 included."""
    for scale in _scales(make, 3):
        module = make(3, scale)
        for height, width in (*SIZES, (1, 1)):
            x = torch.rand(2, 3, height, width, requires_grad=True)
            y = module(x)
            assert y.shape == (2, 3, height * scale, width * scale), (
                f"{part}: wants (2, 3, {height * scale}, {width * scale}) "
                f"of {tuple(x.shape)} at x{scale}, gave {tuple(y.shape)}"
            )
            assert y.isfinite().all(), f"{part}: gives values that are not numbers at x{scale}"
        (gradient,) = torch.autograd.grad(y.sum(), x)
        assert gradient.isfinite().all(), f"{part}: has no gradient at x{scale}"
        _same_alone(part, module, torch.rand(2, 3, 5, 7))


def _model(part: Part, make: Callable[..., Any]) -> None:
    """LR (N,C,H,W) becomes (N,C,sH,sW) for Y and RGB; a pyramid ends in what ``forward`` gives."""
    for channels in (1, 3):
        for scale in (2, 4):
            model = make(scale, channels).eval()
            for height, width in SIZES:
                x = torch.rand(2, channels, height, width)
                with torch.no_grad():
                    y = model(x)
                    levels = list(model.pyramid(x)) if isinstance(model, Pyramid) else [y]
                assert y.shape == (2, channels, height * scale, width * scale), (
                    f"{part}: wants x{scale} of {tuple(x.shape)}, gave {tuple(y.shape)}"
                )
                torch.testing.assert_close(levels[-1], y, msg=f"{part}: the last level must be what forward gives")
                widths = [level.shape[-1] for level in levels]
                assert widths == sorted(widths), f"{part}: levels must go from coarse to fine, got widths {widths}"
            _same_alone(part, model, torch.rand(2, channels, 6, 5))
            _halo_is_enough(part, make(scale, channels).eval(), scale, channels)
            again = make(scale, channels)
            again.load_state_dict(model.state_dict())
            with torch.no_grad():
                assert torch.equal(again.eval()(x), y), f"{part}: its state_dict does not say all about it"


def _loss(part: Part, make: Callable[..., Any]) -> None:
    """A finite scalar with a gradient, smallest where the prediction is the target."""
    loss = make()
    for channels in (1, 3):
        target = torch.rand(2, channels, 32, 32)
        prediction = (target + 0.1 * torch.rand_like(target)).requires_grad_()
        value = loss(prediction, target)
        assert value.shape == (), f"{part}: wants a scalar, gave shape {tuple(value.shape)}"
        (gradient,) = torch.autograd.grad(value, prediction)
        assert gradient.isfinite().all(), f"{part}: its gradient is not finite"
        assert gradient.abs().sum() > 0, f"{part}: has no gradient"
        assert loss(target, target) < value, f"{part}: must be smallest where prediction and target agree"


def _degradation(part: Part, make: Callable[..., Any]) -> None:
    """HR (N,C,sH,sW) becomes LR (N,C,H,W) or, for a stage, keeps its size; the generator alone decides."""
    for scale in (2, 4):
        try:
            degradation = make(scale)
        except SrkitError:  # it refuses this scale, or wants options
            return
        high = torch.rand(3, 3, 16 * scale, 12 * scale)
        low = degradation(high, torch.Generator().manual_seed(1))
        shrinks = getattr(degradation, "resizes", True)
        wanted = (3, 3, 16, 12) if shrinks else tuple(high.shape)
        assert tuple(low.shape) == wanted, f"{part}: wants {wanted}, gave {tuple(low.shape)}"
        assert low.isfinite().all(), f"{part}: gives values that are not numbers"
        again = degradation(high, torch.Generator().manual_seed(1))
        assert torch.equal(low, again), f"{part}: the same generator must give the same LR"
        if isinstance(degradation, Traced):
            traced, drawn = degradation.trace(high, torch.Generator().manual_seed(1))
            assert torch.equal(traced, low), f"{part}: trace must give what calling gives"
            assert isinstance(drawn, Mapping), f"{part}: trace must give the drawn values by name"


def _metric(part: Part, make: Callable[..., Any]) -> None:
    """One value per image, the same alone as in a batch."""
    metric = make(2)
    target = torch.rand(2, 3, 48, 40)
    prediction = (target + 0.1 * torch.randn_like(target)).clamp(0, 1)
    values = metric(prediction, target)
    assert values.shape == (2,), f"{part}: wants one value per image, gave shape {tuple(values.shape)}"
    for index in range(2):
        alone = float(metric(prediction[index : index + 1], target[index : index + 1])[0])
        assert math.isclose(alone, float(values[index]), rel_tol=1e-5), f"{part}: a batch changes its values"


def _optimizer(part: Part, make: Callable[..., Any]) -> None:
    """It makes a convex loss smaller."""
    weight = nn.Parameter(torch.ones(3))
    optimizer = make([("weight", weight)])
    for _ in range(20):
        optimizer.zero_grad()
        weight.square().sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert float(weight.detach().square().sum()) < 3, f"{part}: does not make a convex loss smaller"


def _schedule(part: Part, make: Callable[..., Any]) -> None:
    """Learning rates stay finite and not negative; a restored schedule goes on as if nothing had happened."""

    def rates(stop: int | None) -> list[float]:
        optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.1)
        schedule, found = make(optimizer, 12), []
        for step in range(12):
            if step == stop:
                state = optimizer.state_dict(), schedule.state_dict()
                optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.1)
                schedule = make(optimizer, 12)
                optimizer.load_state_dict(state[0])
                schedule.load_state_dict(state[1])
            found.append(float(optimizer.param_groups[0]["lr"]))
            optimizer.step()
            schedule.step()
        return found

    assert all(math.isfinite(rate) and rate >= 0 for rate in rates(None)), f"{part}: gives {rates(None)}"
    assert rates(5) == rates(None), f"{part}: a restored schedule gives other learning rates"


def _scales(make: Callable[..., Any], channels: int) -> list[int]:
    """The scales a part allows: it may refuse some, but not all."""
    allowed = []
    for scale in SCALES:
        try:
            make(channels, scale)
        except SrkitError:  # a refusal, dressed by the catalog
            continue
        allowed.append(scale)
    assert allowed, f"no scale of {SCALES} is allowed"
    return allowed


def _same_alone(part: Part, module: nn.Module, batch: Tensor) -> None:
    """An image must not know which others share its batch."""
    module.eval()
    with torch.no_grad():
        together, alone = module(batch)[:1], module(batch[:1])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4, msg=f"{part}: a batch changes its result")


@torch.no_grad()
def _halo_is_enough(part: Part, model: nn.Module, scale: int, channels: int) -> None:
    """A model that says its ``halo`` gives a tile, seen with that halo, the pixels that it gives the whole image.

    Its windows begin at multiples of ``align``, if it has that. Weights are drawn anew: those of a fresh
    model may ignore most of what it sees.
    """
    halo, align = getattr(model, "halo", None), getattr(model, "align", 1)
    if halo is None:
        return
    for parameter in model.parameters():
        fan_in = parameter[0].numel() if parameter.ndim > 1 else 100
        parameter.normal_(std=fan_in**-0.5)
    for length in (2 * halo + 3 * align + 1, halo + align):  # with an inside, and all of it near a border
        image = torch.rand(1, channels, length, length)
        whole = model(image)
        for first in range(0, length, 2 * align):
            last = min(length, first + 2 * align)
            begin = max(0, first - halo)
            begin -= begin % align
            end = min(length, -(-(last + halo) // align) * align)
            window = model(image[..., begin:end, begin:end])
            inside, place = (slice((first - at) * scale, (last - at) * scale) for at in (begin, 0))
            torch.testing.assert_close(
                window[..., inside, inside],
                whole[..., place, place],
                atol=1e-5,
                rtol=1e-5,
                msg=lambda why: f"{part}: its halo of {halo} at x{scale} is not enough: a tile differs; {why}",
            )


CONTRACTS: Mapping[str, Callable[[Part, Callable[..., Any]], None]] = {
    "upsampler": _upsampler,
    "model": _model,
    "loss": _loss,
    "degradation": _degradation,
    "metric": _metric,
    "optimizer": _optimizer,
    "schedule": _schedule,
}
