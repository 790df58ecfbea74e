"""The contract of losses."""

from __future__ import annotations

import io
import pickle
from typing import Any

import torch
from torch import Tensor, nn

from srkit.engine.loss_state import load_loss_state, loss_state
from srkit.parts.loss import Balanced
from srkit.registry import Part
from srkit.testing.making import CHANNELS, Make, rebuilt, steady, tensor

INSTEAD = "draw what is random when it is built, from torch's generator, which its host seeds"


def loss(part: Part, make: Make) -> None:
    """Check that it is a finite scalar with a gradient, least for equal prediction and target, and not random."""
    for channels in CHANNELS:
        one = make()
        _moves(part, one)
        target = torch.rand(2, channels, 32, 32)
        prediction = (target + 0.1 * torch.rand_like(target)).requires_grad_()
        value = one(prediction, target)
        tensor(part, value, (), "a scalar")
        assert value.requires_grad, f"{part}: has no gradient"
        (gradient,) = torch.autograd.grad(value, prediction)
        assert value.isfinite(), f"{part}: is not finite"
        assert gradient.isfinite().all(), f"{part}: its gradient is not finite"
        assert gradient.abs().sum() > 0, f"{part}: has no gradient"
        assert one(target, target) < value, f"{part}: must be smallest where prediction and target agree"
        rebuilt(part, steady(part, one, prediction, target, instead=INSTEAD), make()(prediction, target))
        _is_kept(part, one, make(), prediction.detach(), target)


def _moves(part: Part, one: Any) -> None:
    """Check that all its tensors follow ``to(device)``, which the host calls for a module."""
    modules = one.modules() if isinstance(one, nn.Module) else [one]
    held = nn.Module if not isinstance(one, nn.Module) else ()
    left = [
        name
        for module in modules
        for name, value in getattr(module, "__dict__", {}).items()
        if isinstance(value, held) or (isinstance(value, Tensor) and value.ndim)
    ]
    assert not left, (
        f"{part}: {', '.join(left)} would stay on the CPU; "
        "a loss with tensors is a torch.nn.Module, and they are its buffers (register_buffer)"
    )


def _is_kept(part: Part, one: Any, other: Any, prediction: Tensor, target: Tensor) -> None:
    """Check that its state can be saved and restored, balanced weights included."""
    if isinstance(one, Balanced):
        assert isinstance(one, nn.Module), (
            f"{part}: must be a torch.nn.Module, whose state keeps what balance() found"
        )
        one.balance(prediction, target)
    file = io.BytesIO()
    try:
        torch.save(loss_state(one), file)
        file.seek(0)
        state = torch.load(file, weights_only=True)
    except (pickle.PickleError, AttributeError, TypeError) as error:  # three ways to say what cannot be pickled
        raise AssertionError(f"{part}: its state_dict must hold tensors and plain values alone") from error
    load_loss_state(other, state, str(part))
    if isinstance(one, Balanced):
        assert dict(other.balanced) == dict(one.balanced), f"{part}: its state_dict must hold what balance() found"
    assert torch.equal(one(prediction, target), other(prediction, target)), (
        f"{part}: its state_dict does not say all that it remembers"
    )
