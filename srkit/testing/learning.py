"""The contract of networks that are trained."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from srkit.parts.model import Pyramid
from srkit.registry import Part

SHOWN = 3
"""Most names of weights in a message."""


def learns(part: Part, module: nn.Module, x: Tensor) -> None:
    """Check that the module runs in ``train()``, and that every weight that is not frozen gets a gradient.

    All levels of a pyramid model have a loss, as in training. The module is left in ``eval()``.
    """
    module.train()
    try:
        outputs = [module(x)]
        if isinstance(module, Pyramid):
            outputs = list(module.pyramid(x))
    except Exception as error:  # a plugin may raise any error; the message must name the input
        raise AssertionError(f"{part}: fails in train() on {tuple(x.shape)}: {error!r}") from error
    weights = {name: weight for name, weight in module.named_parameters() if weight.requires_grad}
    if weights:
        assert all(one.requires_grad for one in outputs), (
            f"{part}: has weights to learn, but its output has no gradient in train(); it is detached, or computed "
            "under no_grad"
        )
        loss = torch.stack([one.float().square().sum() for one in outputs]).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        lost = [name for name, weight in weights.items() if weight.grad is None]
        assert not lost, (
            f"{part}: {_named(lost)} would never be learnt, found no gradient; "
            "freeze what is not to be learnt by requires_grad_(False), or make it a buffer"
        )
        broken = [name for name, weight in weights.items() if weight.grad is not None and not finite(weight.grad)]
        assert not broken, f"{part}: the gradient of {_named(broken)} is not finite"
        module.zero_grad()
    module.eval()


def finite(tensor: Tensor) -> bool:
    """Return whether every value of ``tensor`` is a finite number."""
    return bool(tensor.isfinite().all())


@torch.no_grad()
def keeps_its_precision(part: Part, network: nn.Module, x: Tensor) -> None:
    """Check that ``forward`` agrees with ``pyramid`` in bf16 autocast too, and that a later call in fp32 is exact.

    Training computes levels under autocast, and validation afterwards calls ``forward``, in fp32 or in bf16.
    """
    before = network(x)
    with torch.autocast(x.device.type, torch.bfloat16):
        last = list(network.pyramid(x))[-1] if isinstance(network, Pyramid) else network(x)
        y = network(x)
    assert finite(last), f"{part}: gives values that are not numbers in bf16 autocast"
    assert torch.equal(last, y), f"{part}: forward in bf16 autocast, called after pyramid, gives another last level"
    assert torch.equal(network(x), before), (
        f"{part}: gives another result in fp32 once it has been called in bf16 autocast; keep nothing between calls"
    )


def _named(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
