import pytest
import torch

from srkit.models.srresnet import SRResNet
from srkit.upsamplers.subpixel import Subpixel

TINY = {"upsampler": Subpixel, "blocks": 2, "features": 4}


@pytest.mark.parametrize(("norm", "count"), [("batch", 1_549_462), ("none", 1_545_238)])
def test_it_has_the_papers_parameters(norm, count):
    model = SRResNet(4, 3, upsampler=Subpixel, norm=norm)
    assert sum(parameter.numel() for parameter in model.parameters()) == count


def test_it_is_what_the_paper_draws():
    model, x = SRResNet(4, 3, **TINY).eval(), torch.rand(1, 3, 5, 4)
    conv, activation = model.head
    first = v = activation(conv(x))
    for block in model.blocks:
        v = v + block.norm2(block.conv2(block.activation(block.norm1(block.conv1(v)))))
    conv, norm = model.join
    v = first + norm(conv(v))
    for upsampler, activation in (model.upsampler.steps[:2], model.upsampler.steps[2:]):
        v = activation(upsampler(v))
    torch.testing.assert_close(model(x), (model.tail(v) + 1) / 2)


def test_a_trained_network_normalises_by_what_it_learnt_and_not_by_the_batch():
    model, dark, bright = SRResNet(2, 3, **TINY), torch.zeros(1, 3, 6, 6), torch.ones(1, 3, 6, 6)
    model.train()
    model(torch.rand(2, 3, 6, 6))
    together = model(torch.cat([dark, bright]))[:1]
    assert not torch.allclose(together, model(dark), atol=1e-3)
    model.eval()
    torch.testing.assert_close(model(torch.cat([dark, bright]))[:1], model(dark))
