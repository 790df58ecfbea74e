import pytest
import torch
from torch.nn import functional as F

from srkit.models.srcnn import SRCNN
from srkit.upsamplers.bicubic import Bicubic

TINY = {"image_upsampler": Bicubic, "features": 4, "narrow": 3}


@pytest.mark.parametrize(("kernel", "count"), [(5, 57_281), (1, 8_129)])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_it_has_the_papers_parameters_at_every_scale(scale, kernel, count):
    model = SRCNN(scale, 1, image_upsampler=Bicubic, kernel=kernel)
    assert sum(parameter.numel() for parameter in model.parameters()) == count


@pytest.mark.parametrize("residual", [False, True])
def test_it_restores_the_enlarged_image_whose_edges_are_replicated(residual):
    model, x = SRCNN(3, 1, kernel=1, residual=residual, **TINY), torch.rand(1, 1, 5, 4)
    image = v = Bicubic(1, 1, 3)(x)
    for conv, radius, act in ((model.conv1, 4, F.relu), (model.conv2, 0, F.relu), (model.conv3, 2, lambda v: v)):
        v = act(F.conv2d(F.pad(v, (radius,) * 4, mode="replicate"), conv.weight, conv.bias))
    torch.testing.assert_close(model(x), image + v if residual else v)


def test_the_papers_weights_are_small_at_the_start():
    weights = torch.cat([conv.flatten() for conv in SRCNN(2, 1, init="gaussian", **TINY).parameters()])
    assert 0 < weights.abs().max() < 0.006
    assert SRCNN(2, 1, **TINY).conv3.weight.std() > 0.05
