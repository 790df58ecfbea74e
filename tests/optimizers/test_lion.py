import sys

import pytest
import torch
from torch import nn

from srkit.optimizers.lion import lion


def test_every_weight_moves_by_the_rate_and_decays_apart():
    pytest.importorskip("pytorch_optimizer")
    weight = nn.Parameter(torch.tensor([1.0, -2.0, 3.0]))
    optimizer = lion([("weight", weight)], lr=0.01, betas=[0.9, 0.5], weight_decay=0.1)
    momentum = torch.zeros(3)
    wanted = weight.detach().clone()
    for gradient in ([1.0, -3.0, 0.0], [-0.5, -0.1, 0.2], [-9.0, 5.0, -0.1]):
        weight.grad = torch.tensor(gradient)
        optimizer.step()
        wanted = wanted * (1 - 0.01 * 0.1) - 0.01 * (0.9 * momentum + 0.1 * weight.grad).sign()
        momentum = 0.5 * momentum + 0.5 * weight.grad
        torch.testing.assert_close(weight.detach(), wanted)


def test_without_the_package_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pytorch_optimizer", None)
    message = (
        r"^the package pytorch_optimizer could not be loaded: .*; pip install srkit\[optimizers\], or take "
        r"adamw, adam, muon or sgd$"
    )
    with pytest.raises(ValueError, match=message):
        lion([("weight", nn.Parameter(torch.ones(1)))])


def test_what_it_refuses():
    with pytest.raises(ValueError, match="wants a model with weights to train"):
        lion([])
    with pytest.raises(ValueError, match="betas must be two numbers"):
        lion([("weight", nn.Parameter(torch.ones(1)))], betas=[0.9])
