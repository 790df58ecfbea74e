import pytest
import torch

from srkit.losses.l1 import L1


def test_the_formula():
    target = torch.zeros(2, 1, 4, 4)
    assert float(L1()(target - 0.1, target)) == pytest.approx(0.1)
    assert float(L1(reduction="sum")(target - 0.1, target)) == pytest.approx(1.6)
