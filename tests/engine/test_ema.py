import copy

import pytest
import torch
from torch import nn

from srkit.engine.ema import Ema


def test_it_is_the_moving_average():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
    ema, slow = Ema(model, 0.5), copy.deepcopy(model.state_dict())
    for step in range(1, 6):
        for parameter in model.parameters():
            nn.init.normal_(parameter)
        model[1].num_batches_tracked += 1
        ema.update(model)
        decay = min(0.5, (1 + step) / (10 + step))
        for name, value in model.state_dict().items():
            slow[name] = decay * slow[name] + (1 - decay) * value if value.is_floating_point() else value
    for name, value in ema.module.state_dict().items():
        torch.testing.assert_close(value, slow[name])
    assert not any(parameter.requires_grad for parameter in ema.module.parameters())


def test_a_shared_weight_is_averaged_once_and_a_mask_stays_one():
    model = nn.Sequential(nn.Linear(2, 2, bias=False))
    model[0].register_buffer("mask", torch.tensor([0.0, float("-inf")]))
    model.append(model[0])
    ema, before = Ema(model, 0.5), model[0].weight.detach().clone()
    nn.init.normal_(model[0].weight)
    ema.update(model)
    decay = 2 / 11
    torch.testing.assert_close(ema.module[1].weight, decay * before + (1 - decay) * model[0].weight)
    assert ema.module[1].mask.tolist() == [0, float("-inf")]


@pytest.mark.parametrize("decay", [0.0, 0.999])
def test_it_goes_on_where_it_stopped(decay):
    model = nn.Conv2d(1, 1, 3)
    ema, other = Ema(model, decay), Ema(nn.Conv2d(1, 1, 3), decay)
    nn.init.normal_(model.weight)
    ema.update(model)
    other.load_state_dict(ema.state_dict())
    nn.init.normal_(model.weight)
    ema.update(model)
    other.update(model)
    assert torch.equal(ema.module.weight, other.module.weight)
