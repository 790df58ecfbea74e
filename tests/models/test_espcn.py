import pytest
import torch

from srkit.models.espcn import ESPCN
from srkit.upsamplers.subpixel import Subpixel

TINY = {"upsampler": Subpixel, "features": 4, "narrow": 3}


@pytest.mark.parametrize(("scale", "count"), [(2, 21_284), (3, 22_729), (4, 24_752)])
def test_it_has_the_papers_parameters(scale, count):
    assert sum(parameter.numel() for parameter in ESPCN(scale, 1, upsampler=Subpixel).parameters()) == count


def test_it_is_what_the_paper_draws_and_what_opencv_has():
    x = torch.rand(1, 3, 5, 4)
    model = ESPCN(3, 3, **TINY)
    torch.testing.assert_close(model(x), model.upsampler(model.conv2(model.conv1(x).tanh()).tanh()))
    model = ESPCN(3, 3, activation="relu", output="tanh", **TINY)
    torch.testing.assert_close(model(x), model.upsampler(model.conv2(model.conv1(x).relu()).relu()).tanh())
