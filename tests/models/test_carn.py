from functools import partial

import pytest
import torch

from srkit.models.carn import CARN
from srkit.upsamplers.subpixel import Subpixel

MEAN = torch.tensor((0.4488, 0.4371, 0.4040)).view(1, 3, 1, 1)


def size(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_three_upsamplers_and_one_body_have_the_papers_parameters():
    """The released network has an upsampler for each scale, and the mean as two frozen 1x1 convolutions."""
    models = {scale: CARN(scale, 3, upsampler=Subpixel) for scale in (2, 3, 4)}
    body = {size(model) - size(model.upsampler) for model in models.values()}
    assert len(body) == 1
    assert body.pop() + sum(size(model.upsampler) for model in models.values()) + 24 == 1_591_963


def cascaded(cascade, v, blocks):
    """The cascade as the paper draws it, by name."""
    first = v
    one = blocks[0](v)
    v = cascade.joins[0](torch.cat([first, one], 1)).relu()
    two = blocks[1](v)
    v = cascade.joins[1](torch.cat([first, one, two], 1)).relu()
    three = blocks[2](v)
    return cascade.joins[2](torch.cat([first, one, two, three], 1)).relu()


def test_it_is_what_the_paper_draws():
    model, x = CARN(4, 3, upsampler=Subpixel, features=4), torch.rand(1, 3, 5, 4)
    inner = [partial(cascaded, block, blocks=[of(one) for one in block.blocks]) for block in model.body.blocks]
    v = cascaded(model.body, model.embed(x - MEAN), inner)
    first, _, second, _ = model.upsampler.steps
    v = second(first(v).relu()).relu()
    torch.testing.assert_close(model(x), model.last(v) + MEAN)


def of(residual):
    """A residual block as the paper draws it."""
    first, _, second = residual.convs
    return lambda v: (second(first(v).relu()) + v).relu()


@pytest.mark.parametrize(("scale", "halo"), [(2, 21), (3, 21), (4, 22), (8, 22)])
def test_it_can_be_computed_in_tiles(scale, halo):
    """19 pixels by the body, one by each upsampler, and half or a quarter by the last convolution."""
    assert CARN(scale, 3, upsampler=Subpixel, features=4).needs.reach == halo
