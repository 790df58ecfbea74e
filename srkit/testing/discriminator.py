"""The contract of discriminators."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from srkit.registry import Part
from srkit.testing.learning import finite, learns
from srkit.testing.making import CHANNELS, Make
from srkit.testing.network import is_network, repeats

PATCHES = (32, 64)
ROWS = 2


def discriminator(part: Part, make: Make) -> None:
    """Check that crops get finite scores with a gradient for the crops and all weights, and that a resume is exact.

    A discriminator may refuse patches and channels when it is built, but not all.
    """
    for channels, patch in make.allowed(CHANNELS, PATCHES):
        network = make(channels, patch)
        is_network(part, network)
        crops = torch.rand(ROWS, channels, patch, patch)
        learns(part, network, crops)
        repeats(part, make, crops, channels, patch)
        _scores(part, network.train(), crops)
        _goes_on(part, make, crops, channels, patch)


def _scores(part: Part, network: nn.Module, crops: Tensor) -> None:
    """Check the scores in ``train()``, the only mode that discriminators are used in, and their gradient."""
    crops = crops.clone().requires_grad_()
    scores = network(crops)
    assert isinstance(scores, Tensor), f"{part}: wants a tensor of scores, gave {type(scores).__name__}"
    assert scores.ndim > 0, f"{part}: wants scores (N,...) of (N,C,H,W), gave a single one"
    assert len(scores) == ROWS, f"{part}: wants scores (N,...) of (N,C,H,W), gave shape {tuple(scores.shape)}"
    assert finite(scores), f"{part}: gives scores that are not numbers"
    (gradient,) = torch.autograd.grad(scores.sum(), crops, allow_unused=True)
    assert gradient is not None, f"{part}: its scores have no gradient for the crops, which SR needs"
    assert finite(gradient), f"{part}: the gradient of its scores by the crops is not finite"
    with torch.autocast(crops.device.type, torch.bfloat16), torch.no_grad():
        assert finite(network(crops)), f"{part}: gives scores that are not numbers in bf16 autocast"


@torch.no_grad()
def _goes_on(part: Part, make: Make, crops: Tensor, channels: int, patch: int) -> None:
    """Check that its ``state_dict`` holds all that changes in ``train()``, like the vectors of a spectral norm."""
    first = make(channels, patch).train()
    for parameter in first.parameters():
        parameter.add_(0.01 * torch.randn_like(parameter))
    first(crops)
    second = make.elsewhere(channels, patch).train()
    second.load_state_dict(first.state_dict())
    for _ in range(2):
        same = torch.equal(first(crops), second(crops))
        assert same, f"{part}: its state_dict does not say all about it: once restored, it gives other scores"
