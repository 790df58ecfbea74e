import pytest
import torch
from torch.nn import functional as F

from srkit.models.rlfn import RLFN
from srkit.network.needs import Needs
from srkit.upsamplers.subpixel import Subpixel

TINY = {"upsampler": Subpixel, "blocks": 2, "features": 4, "attention_features": 3}


@pytest.mark.parametrize(
    ("features", "scale", "count"),
    [(52, 2, 526_856), (52, 4, 543_740), (48, 2, 454_620), (48, 4, 470_208)],
)
def test_both_sizes_have_the_papers_parameters(features, scale, count):
    model = RLFN(scale, 3, upsampler=Subpixel, features=features)
    assert sum(parameter.numel() for parameter in model.parameters()) == count


def test_it_is_what_the_paper_draws():
    model, x = RLFN(2, 3, **TINY), torch.rand(1, 3, 16, 17)
    first = v = model.embed(x * 255)
    for block in model.blocks:
        w = v
        for conv in block.convs:
            w = F.leaky_relu(conv(w), 0.05)
        v = block.attention(block.join(w + v))
    torch.testing.assert_close(model(x), model.upsampler(model.last(v) + first) / 255)


def test_it_needs_the_whole_image_and_takes_any_size():
    model = RLFN(2, 3, **TINY)
    assert model.needs == Needs(whole=True, halo=model.needs.halo)
    assert model.needs.reach is None
    assert model(torch.rand(1, 3, 1, 40)).shape == (1, 3, 2, 80)
