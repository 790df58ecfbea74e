"""Textures that are laid in tiles: a picture goes on beyond each border with its other side."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from srkit.errors import SrkitError
from srkit.network.color import Color
from srkit.network.needs import Needs
from srkit.network.network import Network
from srkit.photographs.upscaler import Upscaler

NOISE = np.random.default_rng(0).random((21, 34, 4)).astype(np.float32)


def network(catalog, use="lapsrn", color="y"):
    options = {"lapsrn": {"depth": 2, "features": 8}, "bicubic": {}}[use]
    torch.manual_seed(0)
    model = catalog.build("model", use, 2, Color(color).channels, **options)
    for parameter in model.parameters():  # those of a new model ignore most of its input
        nn.init.normal_(parameter, std=(parameter[0].numel() if parameter.ndim > 1 else 100) ** -0.5)
    return Network.of(model.eval(), 2, color, name="tiny")


def wrapped(networks, **options):
    return Upscaler(networks, **{"device": "cpu", "precision": "fp32", "wrap": True} | options)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("use", ["lapsrn", "bicubic"])
@pytest.mark.parametrize(("tile", "strength"), [(None, 1), (16, 1), (16, 0.5)])
def test_a_rolled_texture_gives_the_rolled_result(catalog, channels, use, tile, strength):
    image = NOISE[..., :channels].copy()
    if channels in (2, 4):
        image[5:12, 3:20, -1] = 0  # hidden colours are replaced by those nearby
    upscaler = wrapped(network(catalog, use), tile=tile, strength=strength)
    wanted = np.roll(upscaler(image), (2 * 9, 2 * 13), (0, 1))
    np.testing.assert_allclose(upscaler(np.roll(image, (9, 13), (0, 1))), wanted, atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 40, 3), (40, 1, 1), (1, 1, 3), (2, 3, 3)])
def test_a_texture_smaller_than_the_halo_is_that_of_many_copies(catalog, shape):
    image = np.random.default_rng(1).random(shape).astype(np.float32)
    upscaler = wrapped(network(catalog))
    height, width = 2 * shape[0], 2 * shape[1]
    many = Upscaler(network(catalog), device="cpu", precision="fp32")(np.tile(image, (61, 61, 1)))
    middle = many[30 * height : 31 * height, 30 * width : 31 * width]
    np.testing.assert_allclose(upscaler(image), middle, atol=1e-5)


@pytest.mark.parametrize("scale", [1.5, 1.1, 3.3])
def test_other_scales_and_chains_have_no_seam_either(catalog, scale):
    one = network(catalog)
    upscaler = wrapped([one] if scale <= 2 else [one, one], tile=16)
    image = NOISE[:20, :30, :3]
    wanted = np.roll(upscaler(image, scale), round(10 * scale), 1)  # 10 pixels become whole pixels
    np.testing.assert_allclose(upscaler(np.roll(image, 10, 1), scale), wanted, atol=1e-5)


def test_without_it_the_border_is_another(catalog):
    one, image = network(catalog), NOISE[..., :3]
    plain = Upscaler(one, device="cpu", precision="fp32")(image)
    difference = np.abs(wrapped(one)(image) - plain).max(-1)
    assert difference[:4].max() > 0.01
    assert difference[20:22, 30:38].max() < 1e-5  # the middle is farther from the border than the network sees


class Mean(nn.Module):
    """A network whose result depends on all pixels."""

    needs = Needs(halo=1, whole=True)

    def forward(self, low):
        return F.interpolate(low - low.mean(), scale_factor=2.0)


@pytest.mark.parametrize("module", [Mean(), nn.Upsample(scale_factor=2)])
def test_a_network_that_sees_the_whole_picture_is_refused(module):
    message = (
        r"^tiny: cannot wrap a picture \(--wrap\), since it looks at the whole of it; use bicubic, or a network "
    )
    with pytest.raises(SrkitError, match=message):
        wrapped(Network.of(module, 2, "rgb", name="tiny"))
