import pytest
import torch

from srkit.models.compact import Compact
from srkit.upsamplers.subpixel import Subpixel


@pytest.mark.parametrize(("scale", "count"), [(2, 600_652), (4, 621_424)])
def test_it_has_the_papers_parameters(scale, count):
    assert sum(parameter.numel() for parameter in Compact(scale, 3, upsampler=Subpixel).parameters()) == count


def test_its_residual_is_added_to_repeated_pixels():
    model, x = Compact(3, 3, upsampler=Subpixel, depth=2, features=4), torch.rand(1, 3, 5, 4)
    v = x
    for conv, slopes in (model.body[:2], model.body[2:4], model.body[4:]):
        v = torch.nn.functional.prelu(conv(v), slopes.weight)
    repeated = x.repeat_interleave(3, -1).repeat_interleave(3, -2)
    torch.testing.assert_close(model(x), repeated + model.upsampler(v))
