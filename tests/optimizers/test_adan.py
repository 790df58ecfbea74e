import pytest
import torch
from torch import nn

from srkit.optimizers.adan import adan


def test_it_is_the_papers_algorithm():
    """Xie et al., algorithm 1, with the first difference of gradients zero and averages without their bias."""
    pytest.importorskip("pytorch_optimizer")
    weight = nn.Parameter(torch.tensor([1.0, -2.0]))
    optimizer = adan([("weight", weight)], lr=0.1, betas=[0.98, 0.92, 0.99], eps=1e-8, weight_decay=0.2)
    wanted, before = weight.detach().clone(), None
    m, v, n = torch.zeros(2), torch.zeros(2), torch.zeros(2)
    for step, gradient in enumerate(([1.0, -3.0], [-0.5, -0.1], [-9.0, 5.0]), 1):
        weight.grad = torch.tensor(gradient)
        optimizer.step()
        g = torch.tensor(gradient)
        difference = torch.zeros(2) if before is None else g - before
        m = 0.98 * m + 0.02 * g
        v = 0.92 * v + 0.08 * difference
        n = 0.99 * n + 0.01 * (g + 0.92 * difference) ** 2
        root = (n / (1 - 0.99**step)).sqrt() + 1e-8
        move = (m / (1 - 0.98**step) + 0.92 * v / (1 - 0.92**step)) / root
        wanted, before = (wanted - 0.1 * move) / (1 + 0.1 * 0.2), g
        torch.testing.assert_close(weight.detach(), wanted, rtol=1e-4, atol=1e-6)


def test_what_it_refuses():
    with pytest.raises(ValueError, match=r"^betas must be three numbers, got \[0\.9, 0\.99\]$"):
        adan([("weight", nn.Parameter(torch.ones(1)))], betas=[0.9, 0.99])
    with pytest.raises(ValueError, match="wants a model with weights to train"):
        adan([])
