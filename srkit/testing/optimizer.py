"""The contract of optimizers."""

from __future__ import annotations

import io
import pickle

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from srkit.registry import Part
from srkit.testing.making import Make

STEPS, STOP = 6, 3
"""Steps of a training, and the step after which it is interrupted."""


def optimizer(part: Part, make: Make) -> None:
    """Check that it reduces a convex loss, and that one restored from its ``state_dict`` takes the same steps."""
    weight = nn.Parameter(torch.ones(3))
    one = make([("weight", weight)])
    for _ in range(20):
        one.zero_grad()
        weight.square().sum().backward()  # type: ignore[no-untyped-call]
        one.step()
    assert float(weight.detach().square().sum()) < 3, f"{part}: does not make a convex loss smaller"
    straight, resumed = (_trained(part, make, stop) for stop in (None, STOP))
    same = all(torch.equal(straight[name], resumed[name]) for name in straight)
    assert same, (
        f"{part}: restored from its state_dict it takes other steps, so no run could be resumed exactly; "
        "keep all that it remembers in self.state and self.param_groups"
    )


def _trained(part: Part, make: Make, stop: int | None) -> dict[str, Tensor]:
    """Return the weights of a convolution after some steps, interrupted before step ``stop``."""
    generator = torch.Generator().manual_seed(0)
    x, target = (torch.randn(2, 16, 5, 5, generator=generator) for _ in range(2))
    weights = {
        "conv.weight": nn.Parameter(0.1 * torch.randn(16, 16, 3, 3, generator=generator)),
        "conv.bias": nn.Parameter(torch.zeros(16)),
    }
    one = make(list(weights.items()))
    for step in range(STEPS):
        if step == stop:
            state = _through_a_file(part, one.state_dict())
            weights = {name: nn.Parameter(weight.detach().clone()) for name, weight in weights.items()}
            one = make(list(weights.items()))
            one.load_state_dict(state)
        one.zero_grad()
        y = F.conv2d(x, weights["conv.weight"], weights["conv.bias"], padding=1)
        (y - target).square().mean().backward()  # type: ignore[no-untyped-call]
        one.step()
    return {name: weight.detach() for name, weight in weights.items()}


def _through_a_file(part: Part, state: dict[str, object]) -> dict[str, object]:
    file = io.BytesIO()
    try:
        torch.save(state, file)
        file.seek(0)
        read: dict[str, object] = torch.load(file, weights_only=True)
    except (pickle.PickleError, AttributeError, TypeError) as error:  # three ways to say what cannot be pickled
        raise AssertionError(f"{part}: its state_dict must hold tensors and plain values alone") from error
    return read
