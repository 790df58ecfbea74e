import pytest
import torch
from torch import nn

from srkit.optimizers.adam import adam
from srkit.optimizers.adamw import adamw


@pytest.mark.parametrize(("part", "wanted"), [(adam, torch.optim.Adam), (adamw, torch.optim.AdamW)])
def test_it_is_torchs(part, wanted):
    weight = nn.Parameter(torch.ones(2))
    made = part([("weight", weight)], lr=0.1, betas=[0.8, 0.9], weight_decay=0.2)
    assert type(made) is wanted
    group = made.param_groups[0]
    assert (group["lr"], group["betas"], group["weight_decay"]) == (0.1, (0.8, 0.9), 0.2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lr": 0.0}, "lr: wants float above 0, got 0.0"),
        ({"lr": float("nan")}, "lr: wants float above 0, got nan"),
        ({"eps": -1e-8}, "eps: wants float of at least 0, got -1e-08"),
        ({"betas": [0.9]}, r"betas must be two numbers, got \[0.9\]"),
        ({"weight_decay": -1.0}, "weight_decay: wants float of at least 0, got -1.0"),
    ],
)
def test_it_refuses_what_makes_no_sense(options, message):
    for part in (adam, adamw):
        with pytest.raises(ValueError, match=message):
            part([("weight", nn.Parameter(torch.ones(2)))], **options)


@pytest.mark.parametrize("part", [adam, adamw])
def test_a_network_without_weights_cannot_be_trained(part):
    for parameters in ([], [("weight", nn.Parameter(torch.ones(2), requires_grad=False))]):
        with pytest.raises(ValueError, match="wants a model with weights to train, got one without"):
            part(parameters)


@pytest.mark.parametrize(("part", "slow"), [(adam, torch.optim.Adam), (adamw, torch.optim.AdamW)])
def test_the_fused_step_is_the_slow_one(part, slow):
    torch.manual_seed(0)
    one, other = nn.Linear(3, 2), nn.Linear(3, 2)
    other.load_state_dict(one.state_dict())
    options = {"lr": 0.1, "eps": 0.1, "weight_decay": 0.1}
    fast = part(one.named_parameters(), betas=[0.8, 0.95], **options)
    slow = slow(other.parameters(), betas=(0.8, 0.95), fused=False, foreach=False, **options)
    for _ in range(10):
        x = torch.rand(4, 3)
        for model, optimizer in ((one, fast), (other, slow)):
            optimizer.zero_grad()
            model(x).square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(one.weight, other.weight)
    torch.testing.assert_close(one.bias, other.bias)
