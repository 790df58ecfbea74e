import pytest
import torch
from torch.nn import functional as F

from srkit.layers.reparameterised import Reparameterised
from srkit.models.span import SPAN
from srkit.upsamplers.subpixel import Subpixel

MEAN = torch.tensor((0.4488, 0.4371, 0.4040)).view(1, 3, 1, 1)
CHALLENGE = {"features": 28, "joined_features": 20}


def size(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    ("options", "scale", "count"),
    [({}, 2, 481_324), ({}, 4, 498_208), ({"features": 48}, 4, 426_288), (CHALLENGE, 4, 146_328)],
)
def test_folded_it_has_the_published_parameters(options, scale, count):
    """The paper says 481K and 498K; 146,328 are in the file of the challenge."""
    assert size(SPAN(scale, 3, upsampler=Subpixel, form="folded", **options)) == count


def test_the_official_file_of_a_trained_network_has_both_forms_of_every_convolution():
    trained, folded = (SPAN(2, 3, upsampler=Subpixel, form=form) for form in ("trained", "folded"))
    assert size(trained) + size(folded) - size(folded.join) - size(folded.upsampler) == 2_605_080  # 2.61 M


def test_it_is_what_the_paper_draws():
    model, x = SPAN(2, 3, upsampler=Subpixel, form="folded", blocks=2, features=4), torch.rand(1, 3, 6, 7)
    first = v = model.embed((x - MEAN) * 255)
    results = []
    for block in model.blocks:
        a, b, c = block.convs
        hidden = F.silu(a(v))
        w = c(F.silu(b(hidden)))
        v = (w + v) * (w.sigmoid() - 0.5)
        results.append(v)
    v = model.join(torch.cat([first, model.last(v), results[0], hidden], 1))
    torch.testing.assert_close(model(x), model.upsampler(v), rtol=1e-4, atol=1e-4)


def test_a_chain_is_one_convolution_and_learns_as_the_chain_does():
    torch.manual_seed(0)
    one, x = Reparameterised(3, 4), torch.rand(1, 3, 6, 6)
    chain = one.last(one.middle(one.first(F.pad(x, (1, 1, 1, 1))))) + one.beside(x)
    torch.testing.assert_close(one(x), chain)
    wanted, found = (torch.autograd.grad(y.square().sum(), list(one.parameters())) for y in (chain, one(x)))
    torch.testing.assert_close(found, wanted)


def test_it_can_be_computed_in_tiles_but_not_in_half_precision():
    needs = SPAN(4, 3, upsampler=Subpixel, features=4).needs
    assert (needs.reach, needs.half) == (1 + 6 * 3 + 1 + 1, False)
