import pytest
import torch
from torch.nn import functional as F

from srkit.upsamplers.carafe import CARAFE


@pytest.mark.parametrize(("channels", "out_channels", "scale"), [(4, 4, 2), (4, 3, 3)])
def test_every_pixel_is_a_mean_of_the_pixels_around_its_own(channels, out_channels, scale):
    part, x = CARAFE(channels, out_channels, scale, compressed=6).double(), torch.rand(1, channels, 4, 5).double()
    torch.nn.init.normal_(part.encode.weight)
    # the paper's form: weights of (s*k)**2 channels, shuffled to the large grid
    weights = F.pixel_shuffle(part.encode(part.compress(x)), scale).softmax(1)
    projected = x if part.project is None else part.project(x)
    windows = F.unfold(projected, 5, padding=2).view(1, out_channels, 25, 4, 5)
    windows = windows.repeat_interleave(scale, -2).repeat_interleave(scale, -1)
    torch.testing.assert_close(part(x), torch.einsum("nkhw,nckhw->nchw", weights, windows))


def test_a_flat_field_stays_flat_whatever_was_learnt():
    part = CARAFE(3, 3, 2)
    for parameter in part.parameters():
        torch.nn.init.normal_(parameter)
    inside = part(torch.full((1, 3, 9, 9), 0.7))[..., 4:-4, 4:-4]
    torch.testing.assert_close(inside, torch.full((1, 3, 10, 10), 0.7))


def test_half_precision_keeps_a_flat_field_flat():
    with torch.autocast("cpu", torch.bfloat16):
        large = CARAFE(3, 3, 2)(torch.full((1, 3, 9, 9), 0.5))
    torch.testing.assert_close(large[..., 4:-4, 4:-4], torch.full((1, 3, 10, 10), 0.5))


@pytest.mark.parametrize(("kernel", "encoder", "halo"), [(5, 3, 2), (3, 5, 2), (1, 1, 0), (3, 7, 3)])
def test_its_halo_is_how_far_it_looks(kernel, encoder, halo, reach):
    part = CARAFE(3, 3, 2, kernel=kernel, encoder=encoder, compressed=4)
    assert part.needs.halo == halo
    assert reach(part, 3, 2) <= halo
    assert CARAFE(3, 2, 2, kernel=5).needs.halo == 3
