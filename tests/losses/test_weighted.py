import pytest
import torch
from torch import nn

from srkit.losses.l1 import L1
from srkit.losses.mse import MSE
from srkit.losses.weighted import Term, Weighted


def test_it_is_the_weighted_sum():
    x, y = torch.rand(1, 3, 8, 8), torch.rand(1, 3, 8, 8)
    loss = Weighted(terms={"pixel": Term(loss=L1), "square": Term(loss=MSE, weight=0.3)})
    assert float(loss(x, y)) == pytest.approx(float(L1()(x, y) + 0.3 * MSE()(x, y)))
    assert {name: float(value) for name, value in loss.parts(x, y).items()} == {
        "pixel": float(L1()(x, y)),
        "square": float(MSE()(x, y)),
    }


def test_a_network_inside_moves_with_it():
    class Owns(nn.Module):
        def __init__(self):
            super().__init__()
            self.frozen = nn.Conv2d(1, 1, 1)

    loss = Weighted(terms={"deep": Term(loss=Owns)})
    assert loss.to(torch.float64).term_deep.frozen.weight.dtype == torch.float64


def test_it_wants_a_term():
    with pytest.raises(ValueError, match="terms must name at least one loss"):
        Weighted(terms={})


def test_a_dot_in_a_name_is_refused():
    with pytest.raises(ValueError, match=r"names of terms must have no dot, got 'pixel\.l1'"):
        Weighted(terms={"pixel.l1": Term(loss=L1)})
