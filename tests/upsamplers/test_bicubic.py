import torch

from srkit.image.resize import imresize
from srkit.upsamplers.bicubic import Bicubic


def test_it_is_matlabs_bicubic():
    x = torch.rand(1, 2, 6, 5)
    large = Bicubic(2, 2, 3)(x)[0].permute(1, 2, 0).numpy()
    assert abs(large - imresize(x[0].permute(1, 2, 0).numpy(), 3)).max() < 1e-6


def test_its_halo_is_how_far_it_looks(reach):
    assert all(reach(Bicubic(1, 1, scale), 1, scale) == Bicubic(1, 1, scale).needs.halo for scale in range(2, 9))
