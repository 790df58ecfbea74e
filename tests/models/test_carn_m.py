from functools import partial

import pytest
import torch

from srkit.models.carn_m import CARNM
from srkit.upsamplers.subpixel import Subpixel

GROUPED = partial(Subpixel, groups=4)


def size(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_three_upsamplers_and_one_body_have_the_parameters_of_the_released_file():
    """The file has an upsampler for each scale, and the mean as two frozen 1x1 convolutions."""
    models = {scale: CARNM(scale, 3, upsampler=GROUPED) for scale in (2, 3, 4)}
    body = {size(model) - size(model.upsampler) for model in models.values()}
    assert len(body) == 1
    assert body.pop() + sum(size(model.upsampler) for model in models.values()) + 24 == 414_811


def test_a_cascade_uses_its_block_three_times():
    cascade = CARNM(2, 3, upsampler=Subpixel, features=4, groups=2).body.blocks[0]
    (block,), x = cascade.blocks, torch.rand(1, 4, 5, 5)
    first, _, second, _, third = block.convs
    of = lambda v: (third(second(first(v).relu()).relu()) + v).relu()  # noqa: E731
    results, v = [x], x
    for join in cascade.joins:
        results.append(of(v))
        v = join(torch.cat(results, 1)).relu()
    torch.testing.assert_close(cascade(x), v)
    assert {conv.groups for conv in (first, second)} == {2}


def test_features_that_cannot_be_grouped_are_refused():
    with pytest.raises(ValueError, match=r"features must be a multiple of groups \(4\), got 6"):
        CARNM(2, 3, upsampler=Subpixel, features=6)
