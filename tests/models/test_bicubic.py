import torch

from srkit.image.resize import imresize
from srkit.models.bicubic import Bicubic


def test_it_is_matlabs_bicubic_and_has_nothing_to_learn():
    x, model = torch.rand(1, 3, 6, 5), Bicubic(4, 3, edge="symmetric")
    large = model(x)[0].permute(1, 2, 0).numpy()
    assert abs(large - imresize(x[0].permute(1, 2, 0).numpy(), 4, edge="symmetric")).max() < 1e-6
    assert list(model.parameters()) == []
