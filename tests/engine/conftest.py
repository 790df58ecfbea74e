import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from srkit.engine.ema import Ema
from srkit.engine.state import TrainState
from srkit.pair import Pair


class Net(nn.Module):
    """A pyramid of two levels with dropout, so that resuming has random numbers to restore."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, padding=1)
        self.drop = nn.Dropout(0.2)

    def pyramid(self, x):
        first = nn.functional.interpolate(self.drop(self.conv(x)), scale_factor=2)
        return [first, nn.functional.interpolate(first, scale_factor=2)]

    def forward(self, x):
        return self.pyramid(x)[-1]


@pytest.fixture
def state_of():
    def state_of(seed=0, ema=0.9, lr=0.05):
        torch.manual_seed(seed)
        model = Net()
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        schedule = LambdaLR(optimizer, lambda step: 0.9**step)
        return TrainState(model, optimizer, schedule, ema=Ema(model, ema) if ema else None)

    return state_of


@pytest.fixture
def pair():
    def pair(step):
        generator = torch.Generator().manual_seed(step)
        low = torch.rand(2, 1, 4, 4, generator=generator)
        return Pair(low, nn.functional.interpolate(low, scale_factor=4, mode="bilinear"), ("a", "b"))

    return pair
