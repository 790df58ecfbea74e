import torch
from torch import nn

from srkit.layers.precision import in_full_precision


def test_it_computes_in_float32_under_autocast_too():
    layer, features = nn.Conv2d(16, 3, 3), torch.rand(1, 16, 5, 5).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        assert layer(features).dtype == torch.bfloat16
        found = in_full_precision(layer, features)
    assert found.dtype == torch.float32
    assert torch.equal(found, layer(features.float()))


def test_more_precise_numbers_stay_as_they_are():
    layer = nn.Conv2d(2, 3, 3).double()
    assert in_full_precision(layer, torch.rand(1, 2, 5, 5, dtype=torch.float64)).dtype == torch.float64
