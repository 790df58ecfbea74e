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
            image_upsampler=lambda c, s: TransposedConv(c, s, kernel=4, init="bilinear", bias=False),
        )
        assert sum(parameter.numel() for parameter in model.parameters()) == 222_801


def test_levels_share_their_weights_and_start_at_the_image_branch():
    options = {"upsampler": Subpixel, "image_upsampler": Bicubic, "depth": 2, "recursions": 3, "features": 8}
    x, twice = torch.rand(1, 1, 6, 5), Bicubic(1, 2)
    small, large = MSLapSRN(2, 1, **options), MSLapSRN(4, 1, **options)
    large.load_state_dict(small.state_dict())
    assert torch.equal(large(x), twice(twice(x)))
    torch.nn.init.normal_(small.residual.weight)
    large.load_state_dict(small.state_dict())
    torch.testing.assert_close(large.pyramid(x)[0], small(x))
