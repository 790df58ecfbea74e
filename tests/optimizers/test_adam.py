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
        ({"lr": 0.0}, "lr must be positive, got 0.0"),
        ({"betas": [0.9]}, r"betas must be two numbers in \[0, 1\), got \[0.9\]"),
        ({"weight_decay": -1.0}, "weight_decay must not be negative, got -1.0"),
    ],
)
def test_it_refuses_what_makes_no_sense(options, message):
    for part in (adam, adamw):
        with pytest.raises(ValueError, match=message):
            part([("weight", nn.Parameter(torch.ones(2)))], **options)
