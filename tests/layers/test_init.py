import math

import pytest
import torch
from torch import nn

from srkit.layers.init import bilinear_, bilinear_line, he_, icnr_


def test_he_has_the_variance_of_the_paper():
    conv = nn.Conv2d(64, 256, 3)
    he_(conv)
    assert conv.weight.std().item() == pytest.approx(math.sqrt(2 / (9 * 64)), rel=0.02)
    assert not conv.bias.any()


def test_icnr_makes_the_sub_kernels_equal():
    conv = nn.Conv2d(8, 8 * 9, 3)
    icnr_(conv, 3)
    groups = conv.weight.view(8, 9, 8, 3, 3)
    assert torch.equal(groups, groups[:, :1].expand_as(groups))
    assert groups[:, 0].std().item() == pytest.approx(math.sqrt(2 / 72), rel=0.1)


@pytest.mark.parametrize(("kernel", "stride"), [(4, 2), (3, 2), (6, 3), (8, 4), (5, 2), (16, 8)])
def test_every_phase_of_bilinear_has_gain_one(kernel, stride):
    line = bilinear_line(kernel, stride)
    for phase in range(stride):
        assert float(line[phase::stride].sum()) == pytest.approx(1)


def test_bilinear_keeps_channels_apart():
    conv = nn.ConvTranspose2d(3, 3, 4, stride=2)
    bilinear_(conv)
    gains = conv.weight.sum((2, 3))
    torch.testing.assert_close(gains, 4 * torch.eye(3))
