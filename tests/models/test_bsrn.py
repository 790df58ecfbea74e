import pytest
import torch
from torch.nn import functional as F

from srkit.models.bsrn import BSRN
from srkit.upsamplers.subpixel import Subpixel

CHALLENGE = {"form": "challenge", "blocks": 5, "features": 48}


@pytest.mark.parametrize(
    ("options", "scale", "count"),
    [({}, 2, 331_628), ({}, 3, 340_283), ({}, 4, 352_400), (CHALLENGE, 4, 156_288)],
)
def test_both_forms_have_the_published_parameters(options, scale, count):
    """The paper says 332K, 340K and 352K; 156,288 are in the file of the challenge."""
    model = BSRN(scale, 3, upsampler=Subpixel, **options)
    assert sum(parameter.numel() for parameter in model.parameters()) == count


@pytest.mark.parametrize("form", ["paper", "challenge"])
def test_it_is_what_the_paper_draws(form):
    model, x = BSRN(2, 3, upsampler=Subpixel, form=form, blocks=2, features=8), torch.rand(1, 3, 15, 17)
    first = v = model.embed.depth(model.embed.point(x.repeat(1, 4, 1, 1)))
    results = []
    for block in model.body.blocks:
        w, kept = v, []
        for keep, refine in zip(block.distillation.keep, block.distillation.refine, strict=True):
            kept.append(F.gelu(keep(w)))
            w = F.gelu(refine(w) + w)
        w = block.distillation.join(torch.cat([*kept, F.gelu(block.distillation.last(w))], 1))
        w = block.attention(w)
        w = block.channels(w) if form == "paper" else block.channels.mix(w * block.channels.weight)
        v = w + v
        results.append(v)
    v = model.last(F.gelu(model.body.join(torch.cat(results, 1)))) + first
    torch.testing.assert_close(model(x), model.upsampler(v))


def test_it_is_computed_whole_and_in_float32():
    needs = BSRN(2, 3, upsampler=Subpixel, blocks=1, features=8).needs
    assert (needs.whole, needs.half) == (True, False)


def test_odd_features_are_refused():
    with pytest.raises(ValueError, match="features must be even, since blocks keep half of them, got 5"):
        BSRN(2, 3, upsampler=Subpixel, features=5)
