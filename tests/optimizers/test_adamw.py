"""Differences of AdamW to Adam; the tests of both are in test_adam.py."""

import pytest
import torch
from torch import nn

from srkit.optimizers.adam import adam
from srkit.optimizers.adamw import adamw


def test_weights_decay_where_the_gradient_is_zero_and_adam_makes_a_gradient_of_it():
    found = {}
    for part in (adam, adamw):
        weight = nn.Parameter(torch.tensor([1.0]))
        optimizer = part([("weight", weight)], lr=0.1, weight_decay=0.2)
        weight.grad = torch.zeros(1)
        optimizer.step()
        found[part] = weight.item()
    assert found[adamw] == pytest.approx(1 - 0.1 * 0.2)
    assert found[adam] == pytest.approx(1 - 0.1)  # a step as long as the rate, whatever the gradient's size
