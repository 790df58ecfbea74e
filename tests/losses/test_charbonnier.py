import math

import pytest
import torch

from srkit.losses.charbonnier import Charbonnier


def test_the_formula_is_the_papers():
    target = torch.zeros(2, 1, 4, 4)
    assert float(Charbonnier()(target, target)) == pytest.approx(1e-3)  # epsilon, not its root
    assert float(Charbonnier()(target + 0.1, target)) == pytest.approx(math.sqrt(0.01 + 1e-6))
    total = Charbonnier(reduction="sum")(target + 0.1, target)
    assert float(total) == pytest.approx(16 * math.sqrt(0.01 + 1e-6))  # pixels summed, divided by the batch


def test_it_is_smooth_at_zero_and_computed_in_float32():
    x = torch.zeros(1, 1, 2, 2, requires_grad=True)
    Charbonnier()(x, torch.zeros(1, 1, 2, 2)).backward()
    assert torch.equal(x.grad, torch.zeros_like(x))
    half = torch.full((1, 1, 4, 4), 0.5, dtype=torch.bfloat16)
    assert Charbonnier()(half, half).dtype == torch.float32


def test_epsilon_must_be_positive():
    with pytest.raises(ValueError, match="epsilon: wants float above 0, got 0"):
        Charbonnier(epsilon=0.0)
