"""The contract of losses."""

from __future__ import annotations

import io
import pickle
from typing import Any

import torch
from torch import Tensor, nn

from srkit.engine.loss_state import load_loss_state, loss_state
from srkit.image.resize import resize
from srkit.parts.loss import COMPARES, LEAST, Balanced, LossFn, WithLow, for_batch
from srkit.registry import Part
from srkit.testing.making import CHANNELS, Make, rebuilt, steady, tensor

SIDE = 32
"""Side of the images, in pixels, unless a loss wants larger ones."""

INSTEAD = "draw what is random when it is built, from torch's generator, which its host seeds"


def loss(part: Part, make: Make) -> None:
    """Check that it is a finite scalar with a gradient, least for equal prediction and target, and not random.

    A term that looks at the prediction alone must not depend on the target instead.
    """
    for channels in CHANNELS:
        built, again = make(), make()
        _moves(part, built)
        side = max(SIDE, LEAST.of(built))
        target = torch.rand(2, channels, side, side)
        low = resize(target, size=(side // 2, side // 2))
        one, other = for_batch(built, low), for_batch(again, low)
        prediction = (target + 0.1 * torch.rand_like(target)).requires_grad_()
        value = one(prediction, target)
        tensor(part, value, (), "a scalar")
        assert value.requires_grad, f"{part}: has no gradient"
        (gradient,) = torch.autograd.grad(value, prediction)
        assert value.isfinite(), f"{part}: is not finite"
        assert gradient.isfinite().all(), f"{part}: its gradient is not finite"
        assert gradient.abs().sum() > 0, f"{part}: has no gradient"
        if COMPARES.of(built):
            assert one(target, target) < value, f"{part}: must be smallest where prediction and target agree"
        else:
            assert torch.equal(one(prediction, target.flip(-1)), value), (
                f"{part}: says that it looks at the prediction alone (compares = False), but depends on the target"
            )
        if isinstance(built, WithLow) and one is not built:  # a sum has it for the sake of its terms
            other_low = one(prediction, target) != for_batch(built, low.flip(-1))(prediction, target)
            assert other_low, f"{part}: has with_low, but does not depend on LR"
        rebuilt(part, steady(part, one, prediction, target, instead=INSTEAD), other(prediction, target))
        _is_kept(part, built, again, prediction.detach(), target, low)
        _is_mean(part, built, prediction.detach(), target, low)


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


def _is_mean(part: Part, built: LossFn, prediction: Tensor, target: Tensor, low: Tensor) -> None:
    """Check that the loss of a batch is the mean over its images."""
    together = for_batch(built, low)(prediction, target)
    alone = [
        for_batch(built, low[row : row + 1])(prediction[row : row + 1], target[row : row + 1])
        for row in range(len(target))
    ]
    assert torch.allclose(torch.stack(alone).mean(), together, rtol=1e-3, atol=1e-6), (
        f"{part}: wants the mean over the images of a batch, so that a batch may be computed in pieces and on "
        f"several devices, gave {float(together):.6g} for two images and "
        f"{', '.join(f'{float(one):.6g}' for one in alone)} for each alone"
    )


def _is_kept(part: Part, one: Any, other: Any, prediction: Tensor, target: Tensor, low: Tensor) -> None:
    """Check that its state can be saved and restored, balanced weights included."""
    if isinstance(one, Balanced):
        assert isinstance(one, nn.Module), (
            f"{part}: must be a torch.nn.Module, whose state keeps what balance() found"
        )
        ready: Any = for_batch(one, low)
        ready.balance(prediction, target)
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
    values = [for_batch(loss, low)(prediction, target) for loss in (one, other)]
    assert torch.equal(*values), f"{part}: its state_dict does not say all that it remembers"
