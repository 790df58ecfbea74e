"""The contract of upsamplers."""

from __future__ import annotations

import torch

from srkit.registry import Part
from srkit.testing.learning import keeps_its_precision, learns
from srkit.testing.making import SCALES, Make, tensor
from srkit.testing.network import is_network, repeats, same_alone

SIZES = ((5, 7), (8, 8), (1, 1))


def upsampler(part: Part, make: Make) -> None:
    """Check that features (N,C,H,W) become exactly (N,O,sH,sW), for every batch, odd sizes and 1x1 included.

    An upsampler may refuse scales, and O other than C.
    """
    ways = make.allowed((3,), (3, 2), SCALES)
    kept = [way for way in ways if way[0] == way[1]]
    assert kept, f"{part}: must take out_channels equal to channels"
    for channels, out_channels, scale in ways:
        module = make(channels, out_channels, scale)
        is_network(part, module)
        for height, width in SIZES:
            x = torch.rand(2, 3, height, width, requires_grad=True)
            y = module(x)
            shape = (2, out_channels, height * scale, width * scale)
            tensor(part, y, shape, f"{shape} of {tuple(x.shape)} at x{scale}")
            assert y.isfinite().all(), f"{part}: gives values that are not numbers at x{scale}"
        (gradient,) = torch.autograd.grad(y.sum(), x)
        assert gradient.isfinite().all(), f"{part}: has no gradient at x{scale}"
        same_alone(part, module, torch.rand(2, 3, 5, 7))
        learns(part, make(channels, out_channels, scale), torch.rand(2, 3, 5, 7, requires_grad=True))
        repeats(part, make, torch.rand(1, channels, 5, 7), channels, out_channels, scale)
        keeps_its_precision(part, make(channels, out_channels, scale).eval(), torch.rand(1, 3, 5, 7))
