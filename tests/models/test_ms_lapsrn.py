import torch

from srkit.models.ms_lapsrn import MSLapSRN
from srkit.upsamplers.bicubic import Bicubic
from srkit.upsamplers.subpixel import Subpixel
from srkit.upsamplers.transposed_conv import TransposedConv


def test_the_released_network_has_the_papers_parameters_at_every_scale():
    for scale in (2, 4, 8):
        model = MSLapSRN(
            scale,
            1,
            upsampler=TransposedConv,
            image_upsampler=lambda c, out, s: TransposedConv(c, out, s, kernel=4, init="bilinear", bias=False),
        )
        assert sum(parameter.numel() for parameter in model.parameters()) == 222_801


def test_levels_share_their_weights_and_start_at_the_image_branch():
    options = {"upsampler": Subpixel, "image_upsampler": Bicubic, "depth": 2, "recursions": 3, "features": 8}
    x, twice = torch.rand(1, 1, 6, 5), Bicubic(1, 1, 2)
    small, large = MSLapSRN(2, 1, **options), MSLapSRN(4, 1, **options)
    large.load_state_dict(small.state_dict())
    assert torch.equal(large(x), twice(twice(x)))
    torch.nn.init.normal_(small.residual.weight)
    large.load_state_dict(small.state_dict())
    torch.testing.assert_close(large.pyramid(x)[0], small(x))


def test_a_level_is_what_the_released_graph_says():
    """LeakyReLU stands before each convolution of the block and before the upsampler, not before the residual."""
    options = {"upsampler": Subpixel, "image_upsampler": Bicubic, "depth": 2, "recursions": 2, "features": 8}
    model, x = MSLapSRN(2, 1, negative_slope=0.1, **options), torch.rand(1, 1, 6, 5)
    torch.nn.init.normal_(model.residual.weight)
    act = lambda v: torch.nn.functional.leaky_relu(v, 0.1)  # noqa: E731
    source = v = model.embed(x)
    for _ in range(2):
        v = source + model.convs[1](act(model.convs[0](act(v))))
    features = model.upsampler(act(v))
    torch.testing.assert_close(model(x), Bicubic(1, 1, 2)(x) + model.residual(features))


def test_every_parameter_learns():
    model = MSLapSRN(4, 1, upsampler=Subpixel, image_upsampler=Bicubic, depth=2, recursions=2, features=8)
    torch.nn.init.normal_(model.residual.weight)
    sum(level.square().mean() for level in model.pyramid(torch.rand(1, 1, 8, 8))).backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in model.parameters())


def test_recursions_widen_the_halo():
    options = {"upsampler": Subpixel, "image_upsampler": Bicubic, "features": 8}
    halos = [MSLapSRN(2, 1, depth=5, recursions=count, **options).needs.halo for count in (1, 2, 8)]
    assert halos == [8, 13, 43]  # 1 before the block, 5 a recursion, the upsampler's 1, and the residual's 1 halved
