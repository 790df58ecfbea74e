"""The contract that models and upsamplers share."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from srkit.registry import Part
from srkit.testing.making import Make, rebuilt, steady


def is_network(part: Part, module: Any) -> None:
    """Check that it is a module whose weights can be saved: safetensors hold tensors by name only."""
    assert isinstance(module, nn.Module), f"{part}: wants a torch.nn.Module, gave {type(module).__name__}"
    others = [
        f"{key} ({type(one).__name__})" for key, one in module.state_dict().items() if not isinstance(one, Tensor)
    ]
    assert not others, (
        f"{part}: its state_dict must hold tensors alone, found {', '.join(others)}; "
        "let get_extra_state return a tensor, or make it a buffer"
    )


@torch.no_grad()
def repeats(part: Part, make: Make, x: Tensor, *wired: int) -> nn.Module:
    """Check that the seed determines a new network, and that it draws nothing in eval(); return a network."""
    first, second = (make(*wired).eval() for _ in range(2))
    large = steady(part, first, x, instead="in eval() a network draws nothing")
    rebuilt(part, large, second(x))
    network: nn.Module = first
    return network


def same_alone(part: Part, module: nn.Module, batch: Tensor) -> None:
    """Check that the result of an image does not depend on the others in its batch."""
    module.eval()
    with torch.no_grad():
        together, alone = module(batch)[:1], module(batch[:1])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4, msg=f"{part}: a batch changes its result")
