import pytest
import torch

from srkit.losses.mse import MSE


def test_the_formula():
    target = torch.zeros(2, 1, 4, 4)
    assert float(MSE()(target - 0.1, target)) == pytest.approx(0.01)
    assert float(MSE(reduction="sum")(target - 0.1, target)) == pytest.approx(0.16)
