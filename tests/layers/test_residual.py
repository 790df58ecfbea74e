import torch
from torch import nn

from srkit.layers.residual import ResidualBlock


def test_what_its_convolutions_give_is_weighted_and_added():
    block, x = ResidualBlock(3, activation=nn.Tanh, norm=nn.BatchNorm2d, weight=0.5).eval(), torch.rand(1, 3, 4, 5)
    block.norm1.running_mean.fill_(0.3)
    block.norm2.weight.data.fill_(2)
    v = block.conv2(torch.tanh((block.conv1(x) - 0.3) / (1 + 1e-5) ** 0.5))
    torch.testing.assert_close(block(x), x + 0.5 * 2 * v / (1 + 1e-5) ** 0.5)


def test_the_input_is_not_overwritten():
    x = torch.rand(1, 3, 4, 5) - 0.5
    before = x.clone()
    ResidualBlock(3)(x)
    assert torch.equal(x, before)
