import numpy as np
import pytest
import torch

from srkit.degradations.bicubic import Bicubic
from srkit.image.convert import to_tensor, to_uint8
from srkit.image.resize import imresize

HIGH = np.random.default_rng(0).integers(0, 256, (48, 72, 3), dtype=np.uint8)


@pytest.mark.parametrize("scale", [2, 3, 4, 8])
@pytest.mark.parametrize("edge", ["clamp", "symmetric"])
def test_8_bits_are_matlabs_bit_for_bit(scale, edge):
    low = to_uint8(Bicubic(scale, edge=edge)(to_tensor(HIGH), torch.Generator()))
    assert np.array_equal(low, imresize(HIGH, 1 / scale, edge=edge))


def test_floats_are_matlabs():
    low = Bicubic(4, quantise=False)(to_tensor(HIGH), torch.Generator())[0].permute(1, 2, 0).numpy()
    assert abs(low - imresize(HIGH / 255, 0.25)).max() < 1e-6
