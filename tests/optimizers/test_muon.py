import copy

import pytest
import torch
from torch import nn

from srkit.optimizers.muon import Muon, orthogonal


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 8, 3), nn.Conv2d(8, 16, 3), nn.PReLU(), nn.ConvTranspose2d(16, 8, 2))


def learn(model, optimizer, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.linspace(0, 1, 64).reshape(1, 1, 8, 8)).square().mean().backward()
        optimizer.step()


@pytest.mark.parametrize("shape", [(64, 576), (576, 64), (8, 8)])
def test_singular_values_come_near_one(shape):
    matrices = torch.randn(3, *shape, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonal(matrices))
    assert values.max() < 1.3
    assert values.median() > 0.65


def test_it_is_newton_schulz_as_published():
    x = torch.randn(2, 24, 72, generator=torch.Generator().manual_seed(0))
    found = orthogonal(x)
    x = x / x.norm(dim=(-2, -1), keepdim=True)
    for _ in range(5):
        square = x @ x.mT
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    torch.testing.assert_close(found, x, atol=1e-4, rtol=0)


def test_singular_vectors_stay():
    matrix = torch.randn(1, 12, 20, generator=torch.Generator().manual_seed(0))
    u, _, v = torch.linalg.svd(matrix[0], full_matrices=False)
    inside = u.T @ orthogonal(matrix)[0] @ v.T
    torch.testing.assert_close(inside, inside.diagonal().diag(), atol=1e-4, rtol=0)


def test_a_gradient_of_zeros_moves_nothing():
    weight = nn.Parameter(torch.ones(8, 8, 3, 3))
    weight.grad = torch.zeros_like(weight)
    Muon([("weight", weight)]).step()
    assert (weight == 1).all()


def test_convolutions_between_features_get_muon_and_the_rest_adam():
    model = network()
    groups = Muon(model.named_parameters()).param_groups
    orthogonal_ones = {id(weight) for weight in groups[0]["params"]}
    assert [name for name, weight in model.named_parameters() if id(weight) in orthogonal_ones] == [
        "1.weight",
        "3.weight",
    ]


def test_the_rest_is_adam_to_the_digit():
    model, other = nn.Conv2d(1, 4, 3), nn.Conv2d(1, 4, 3)
    other.load_state_dict(model.state_dict())
    learn(model, Muon(model.named_parameters(), lr=0.01, betas=[0.8, 0.95]), 10)
    learn(other, torch.optim.Adam(other.parameters(), lr=0.01, betas=(0.8, 0.95)), 10)
    torch.testing.assert_close(model.weight, other.weight)
    torch.testing.assert_close(model.bias, other.bias)


def test_an_update_is_as_large_as_adams():
    weight = nn.Parameter(torch.zeros(32, 16, 3, 3))
    weight.grad = torch.randn(weight.shape, generator=torch.Generator().manual_seed(0)) * 1e-4
    Muon([("weight", weight)], lr=1.0).step()
    assert 0.1 < float(weight.detach().square().mean().sqrt()) < 0.3


def test_memory_layout_changes_nothing():
    model = network()
    last = copy.deepcopy(model).to(memory_format=torch.channels_last)
    for one in (model, last):
        learn(one, Muon(one.named_parameters(), weight_decay=0.1), 5)
    for weight, same in zip(model.parameters(), last.parameters(), strict=True):
        torch.testing.assert_close(weight, same, atol=1e-6, rtol=1e-4)


def test_a_resumed_training_ends_bit_equal():
    model, other = network(), network()
    whole = Muon(model.named_parameters())
    learn(model, whole, 6)
    first = Muon(other.named_parameters())
    learn(other, first, 3)
    second = Muon(other.named_parameters())
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    learn(other, second, 3)
    assert all(torch.equal(*pair) for pair in zip(model.parameters(), other.parameters(), strict=True))


def test_weight_decay_takes_its_share_off():
    weight = nn.Parameter(torch.ones(8, 8))
    weight.grad = torch.zeros_like(weight)
    Muon([("weight", weight)], lr=0.1, weight_decay=0.5).step()
    torch.testing.assert_close(weight.detach(), torch.full((8, 8), 0.95))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lr": 0.0}, "lr: wants float above 0, got 0.0"),
        ({"momentum": 1.0}, r"momentum: wants float of at least 0 and below 1, got 1.0"),
        ({"betas": [0.9]}, r"betas must be two numbers, got \[0.9\]"),
        ({"weight_decay": -1.0}, "weight_decay: wants float of at least 0, got -1.0"),
    ],
)
def test_it_refuses_what_makes_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        Muon([("weight", nn.Parameter(torch.ones(8, 8)))], **options)
