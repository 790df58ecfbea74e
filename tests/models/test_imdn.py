import pytest
import torch
from torch.nn import functional as F

from srkit.models.imdn import IMDN
from srkit.upsamplers.subpixel import Subpixel


@pytest.mark.parametrize(("scale", "count"), [(2, 694_404), (3, 703_059), (4, 715_176)])
def test_it_has_the_papers_parameters(scale, count):
    assert sum(parameter.numel() for parameter in IMDN(scale, 3, upsampler=Subpixel).parameters()) == count


def test_it_is_what_the_paper_draws():
    model, x = IMDN(2, 3, upsampler=Subpixel, blocks=2, features=8), torch.rand(1, 3, 6, 7)
    act = lambda v: F.leaky_relu(v, 0.05)  # noqa: E731
    first = v = model.embed(x)
    results = []
    for block in model.body.blocks:
        w, kept = v, []
        for conv in block.convs:
            part, w = act(conv(w)).split([2, 6], 1)
            kept.append(part)
        w = torch.cat([*kept, block.last(w)], 1)
        statistics = w.std((2, 3), correction=0, keepdim=True) + w.mean((2, 3), keepdim=True)
        weights = block.attention.expand(block.attention.squeeze(statistics).relu()).sigmoid()
        v = v + block.join(w * weights)
        results.append(v)
    v = model.last(act(model.body.join(torch.cat(results, 1)))) + first
    torch.testing.assert_close(model(x), model.upsampler(v))


def test_features_that_have_no_quarter_are_refused():
    with pytest.raises(
        ValueError, match="features must be a multiple of 4, since blocks keep a quarter of them, got 6"
    ):
        IMDN(2, 3, upsampler=Subpixel, features=6)


def test_a_constant_image_of_one_pixel_has_a_gradient():
    model = IMDN(2, 3, upsampler=Subpixel, blocks=1, features=4)
    model(torch.ones(1, 3, 1, 1)).sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())
