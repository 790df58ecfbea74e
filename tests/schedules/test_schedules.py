"""Every schedule against its closed form."""

import math

import pytest
import torch

from srkit.schedules.constant import constant
from srkit.schedules.cosine import cosine
from srkit.schedules.cosine_restarts import cosine_restarts
from srkit.schedules.exponential import exponential
from srkit.schedules.one_cycle import one_cycle
from srkit.schedules.step import step


def rates(schedule, steps=20, **options):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    made, found = schedule(optimizer, steps, **options), []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        made.step()
    return found


def test_constant():
    assert rates(constant) == [1.0] * 20


def test_exponential_is_a_staircase_or_smooth():
    assert rates(exponential, factor=0.5, every=5) == [0.5 ** (i // 5) for i in range(20)]
    assert rates(exponential, factor=0.5, every=5, smooth=True) == pytest.approx(
        [0.5 ** (i / 5) for i in range(20)]
    )


def test_step_halves_every_so_often_or_at_milestones():
    assert rates(step, every=8) == [0.5 ** (i // 8) for i in range(20)]
    assert rates(step, milestones=[12, 3], factor=0.1) == pytest.approx([1.0] * 3 + [0.1] * 9 + [0.01] * 8)
    for options in ({}, {"every": 3, "milestones": [4]}):
        with pytest.raises(ValueError, match="give one of every and milestones"):
            rates(step, **options)


def test_cosine_ends_at_its_floor():
    assert rates(cosine) == pytest.approx([0.5 * (1 + math.cos(math.pi * i / 20)) for i in range(20)])
    falls = [0.55 + 0.45 * math.cos(math.pi * i / 20) for i in range(20)]
    assert rates(cosine, floor=0.1) == pytest.approx(falls)  # after the last step it would be 0.1
    with pytest.raises(ValueError, match="floor: wants float from 0 to 1, got 2"):
        rates(cosine, floor=2)


def test_cosine_restarts_fill_the_budget():
    once = rates(cosine, steps=5)
    assert rates(cosine_restarts) == pytest.approx(once * 4)
    assert rates(cosine_restarts, cycles=1, floor=0.1) == pytest.approx(rates(cosine, floor=0.1))
    doubling = rates(cosine_restarts, steps=14, cycles=3, growth=2)
    assert doubling == pytest.approx([rate for steps in (2, 4, 8) for rate in rates(cosine, steps=steps)])
    lower = rates(cosine_restarts, cycles=2, decay=0.5)
    assert lower == pytest.approx([*rates(cosine, steps=10), *(0.5 * rate for rate in rates(cosine, steps=10))])
    assert rates(cosine_restarts, cycles=2, decay=0.5, floor=0.8)[10:] == pytest.approx([0.8] * 10)
    with pytest.raises(ValueError, match=r"^cycles must be at most the number of steps, 20, got 21$"):
        rates(cosine_restarts, cycles=21)


def test_one_cycle_is_that_of_torch():
    # torch's last rate is that of the last step, srkit's that at its end: so torch gets one more step
    for shape, torchs in (("cosine", "cos"), ("linear", "linear")):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
        options = {"total_steps": 21, "pct_start": 7 / 21, "anneal_strategy": torchs, "cycle_momentum": False}
        made = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, **options)
        wanted = []
        for _ in range(20):
            wanted.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            made.step()
        assert rates(one_cycle, shape=shape) == pytest.approx(wanted)
    assert rates(one_cycle, peak_at=0, floor=0) == pytest.approx(rates(cosine))


@pytest.mark.parametrize("schedule", [constant, cosine, exponential])
def test_warmup_rises_in_equal_parts(schedule):
    with_it, without = rates(schedule, warmup=4), rates(schedule)
    shares = [a / b for a, b in zip(with_it, without, strict=True)]
    assert shares == pytest.approx([0.2, 0.4, 0.6, 0.8] + [1.0] * 16)
    with pytest.raises(ValueError, match="warmup: wants int of at least 0, got -1"):
        rates(schedule, warmup=-1)


@pytest.mark.parametrize(
    ("schedule", "options"),
    [
        (constant, {}),
        (cosine, {"floor": 0.1}),
        (cosine_restarts, {"cycles": 3, "growth": 1.5, "decay": 0.9}),
        (exponential, {"every": 3}),
        (step, {"milestones": [4, 9]}),
    ],
)
@pytest.mark.parametrize("stop", [1, 4, 11])
def test_a_resumed_schedule_goes_on_with_equal_bits(tmp_path, schedule, options, stop):
    wanted = rates(schedule, warmup=3, **options)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    made = schedule(optimizer, 20, warmup=3, **options)
    for _ in range(stop):
        optimizer.step()
        made.step()
    torch.save((optimizer.state_dict(), made.state_dict()), tmp_path / "state.pt")
    again = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    resumed, found = schedule(again, 20, warmup=3, **options), []
    for one, state in zip((again, resumed), torch.load(tmp_path / "state.pt", weights_only=True), strict=True):
        one.load_state_dict(state)
    for _ in range(stop, 20):
        found.append(again.param_groups[0]["lr"])
        again.step()
        resumed.step()
    assert found == wanted[stop:]
