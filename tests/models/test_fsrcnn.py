from functools import partial

import pytest
import torch
from torch.nn import functional as F

from srkit.models.fsrcnn import FSRCNN
from srkit.upsamplers.subpixel import Subpixel
from srkit.upsamplers.transposed_conv import TransposedConv

DECONVOLUTION = partial(TransposedConv, kernel=9)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_it_has_the_papers_parameters_at_every_scale(scale):
    model = FSRCNN(scale, 1, upsampler=DECONVOLUTION)
    assert sum(parameter.numel() for parameter in model.parameters()) == 12_809
    weights = [layer.weight.numel() for layer in (*model.convs, model.upsampler.conv)]
    assert sum(weights) == 12_464


def test_every_convolution_has_a_slope_for_every_channel():
    model, x = FSRCNN(2, 1, upsampler=Subpixel, features=4, narrow=3, depth=2), torch.rand(1, 1, 5, 4)
    v = x
    assert [conv.kernel_size[0] for conv in model.convs] == [5, 1, 3, 3, 1]
    for conv, slopes in zip(model.convs, (0.1, 0.2, 0.3, 0.4, 0.5), strict=True):
        v = F.leaky_relu(conv(v), slopes)
    for activation, slopes in zip(model.activations, (0.1, 0.2, 0.3, 0.4, 0.5), strict=True):
        activation.weight.data.fill_(slopes)
        assert len(activation.weight) in (3, 4)
    torch.testing.assert_close(model(x), model.upsampler(v))
