import pytest
import torch
from torch.nn import functional as F

from srkit.models.rfdn import RFDN
from srkit.upsamplers.subpixel import Subpixel

TINY = {"upsampler": Subpixel, "blocks": 2, "features": 8}


def size(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_released_network_has_the_parameters_of_its_file():
    assert size(RFDN(4, 3, upsampler=Subpixel, blocks=4, features=50)) == 433_448


@pytest.mark.parametrize(
    ("features", "scale", "published"),
    [(48, 2, 534), (48, 3, 541), (48, 4, 550), (52, 2, 626), (52, 3, 633), (52, 4, 643)],
)
def test_the_papers_count_leaves_out_layers_inside_the_attention(features, scale, published):
    """RFDN and RFDN-L: all published counts miss the four 3x3 convolutions of the attention and its skip."""
    model = RFDN(scale, 3, upsampler=Subpixel, features=features)
    missed = [layer for _, a in model.body.blocks for layer in (a.skip, a.shrink, a.coarse)]
    assert round((size(model) - sum(map(size, missed))) / 1000) == published


def test_it_is_what_the_paper_draws():
    model, x = RFDN(2, 3, **TINY), torch.rand(1, 3, 15, 17)
    act = lambda v: F.leaky_relu(v, 0.05)  # noqa: E731
    first = v = model.embed(x * 255)
    results = []
    for body, attention in model.body.blocks:
        kept = []
        for keep, refine in zip(body.keep, body.refine, strict=True):
            kept.append(act(keep(v)))
            v = act(refine(v) + v)
        v = attention(body.join(torch.cat([*kept, act(body.last(v))], 1)))
        results.append(v)
    v = model.last(act(model.body.join(torch.cat(results, 1)))) + first
    torch.testing.assert_close(model(x), model.upsampler(v) / 255)


def test_odd_features_are_refused():
    with pytest.raises(ValueError, match="features must be even, since blocks keep half of them, got 5"):
        RFDN(2, 3, upsampler=Subpixel, features=5)
