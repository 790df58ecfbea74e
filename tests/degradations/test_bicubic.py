import torch

from srkit.degradations.bicubic import Bicubic
from srkit.image.convert import to_uint8
from srkit.image.resize import imresize


def test_it_is_matlabs_up_to_the_rounding_between_passes():
    high = torch.rand(1, 3, 40, 24)
    low = Bicubic(4, edge="symmetric")(high, torch.Generator())
    floats = imresize(high[0].permute(1, 2, 0).double().numpy() * 255, 0.25, edge="symmetric")
    assert abs(to_uint8(low) - floats).max() <= 0.5 + 1e-3
