"""The measured halo of an upsampler."""

import pytest
import torch
from torch import nn


@pytest.fixture
def reach():
    """Return a function: how many input pixels away from one still change its ``scale**2`` pixels."""

    def reach(part, channels, scale, side=13):
        part = part.double()
        for parameter in part.parameters():
            nn.init.uniform_(parameter, 0.1, 1)  # no sums may cancel
        x = torch.ones(1, channels, side, side, dtype=torch.float64, requires_grad=True)
        middle = slice(side // 2 * scale, (side // 2 + 1) * scale)
        part(x)[..., middle, middle].square().sum().backward()
        rows, columns = x.grad[0].abs().sum(0).nonzero(as_tuple=True)
        return int(max((rows - side // 2).abs().max(), (columns - side // 2).abs().max()))

    return reach
