import pytest
import torch
from torch.nn import functional as F

from srkit.losses.huber import Huber


def test_the_formula():
    target = torch.zeros(2, 1, 4, 4)
    assert float(Huber(delta=0.1)(target + 0.02, target)) == pytest.approx(0.02**2 / 0.2)
    assert float(Huber(delta=0.1)(target - 0.5, target)) == pytest.approx(0.5 - 0.05)
    assert float(Huber(delta=0.1, reduction="sum")(target - 0.5, target)) == pytest.approx(16 * 0.45)


def test_far_from_zero_it_pulls_like_l1_and_near_zero_less():
    x = torch.tensor([0.5, 0.001], dtype=torch.float64).view(1, 1, 1, 2).requires_grad_()
    Huber(reduction="sum")(x, torch.zeros(1, 1, 1, 2)).backward()
    assert x.grad.flatten().tolist() == pytest.approx([1.0, 0.1])
    x = x.detach()
    huber = 100 * F.huber_loss(x.float(), torch.zeros(1, 1, 1, 2), delta=0.01, reduction="sum")
    assert float(Huber(reduction="sum")(x, torch.zeros(1, 1, 1, 2))) == pytest.approx(float(huber))
