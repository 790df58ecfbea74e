"""Networks one after the other, for scales that none reaches alone."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from srkit.image.resize import resize
from srkit.network.needs import Needs
from srkit.network.network import Network
from srkit.photographs.upscaler import Upscaler

NOISE = np.random.default_rng(0).integers(0, 256, (21, 17, 4), dtype=np.uint8)


class Smooth(nn.Module):
    """Nearest neighbour, then a blur: a network that rings on nothing and sees two pixels far."""

    needs = Needs(2)

    def __init__(self, scale):
        super().__init__()
        self.scale = scale

    def forward(self, low):
        large = F.interpolate(low, scale_factor=float(self.scale), mode="nearest")
        return F.avg_pool2d(F.pad(large, (1, 1, 1, 1), mode="replicate"), 3, 1)


def network(scale, color="rgb"):
    return Network.of(Smooth(scale), scale, color, name=f"smooth{scale}")


def upscaler(*scales, color="rgb", **options):
    chain = [network(scale, color) for scale in scales]
    return Upscaler(chain, **{"device": "cpu", "precision": "fp32"} | options)


def test_one_enlarges_what_the_other_gave():
    found = upscaler(4, 2)
    assert repr(found) == "Upscaler('smooth4 + smooth2', x8, cpu, fp32)"
    image = NOISE[..., :3].astype(np.float32) / 255
    low = torch.from_numpy(image).permute(2, 0, 1)[None]
    whole = network(2).module(network(4).module(low))
    np.testing.assert_allclose(found(image), whole[0].permute(1, 2, 0).numpy(), atol=1e-6)
    shrunk = resize(whole, size=(105, 85)).clamp(0, 1)
    np.testing.assert_allclose(found(image, 5), shrunk[0].permute(1, 2, 0).numpy(), atol=1e-5)


def test_nothing_is_rounded_in_between():
    image = NOISE[..., :3]
    exact = 255 * upscaler(4, 2)(image / 255)
    assert np.abs(upscaler(4, 2)(image) - exact).max() < 0.501
    assert np.abs(upscaler(2)(upscaler(4)(image)) - exact).max() > 0.501


@pytest.mark.parametrize("color", ["y", "rgb"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_kind_of_picture_without_seams(color, channels, dtype):
    image = NOISE[..., :channels].astype(dtype) * (np.iinfo(dtype).max // 255)
    found = upscaler(2, 2, 2, color=color, tile=16)(image, 7.3)
    assert found.shape == (153, 124, channels)
    assert found.dtype == dtype
    assert np.abs(found.astype(int) - upscaler(2, 2, 2, color=color)(image, 7.3)).max() <= 1


def test_holes_stay_holes_and_opaque_stays_opaque():
    image = np.full((24, 24, 4), 200, np.uint8)
    image[..., 3] = 255
    image[8:16, 8:16] = 0
    clear = upscaler(2, 2)(image)[..., 3]
    assert (clear[:24] == 255).all()
    assert (clear[40:56, 40:56] == 0).all()
    assert (upscaler(2, 2)(image)[clear > 0][:, :3] == 200).all()


def test_the_share_that_is_done_grows_to_one():
    result = np.zeros((168, 136, 3), np.uint8)
    shares = list(upscaler(2, 4, tile=16).steps(NOISE[..., :3], result))
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(shares) > 4


def test_pictures_in_between_are_counted():
    assert upscaler(4).memory_between(10, 10, 3) == 0
    assert upscaler(4, 2).memory_between(10, 10, 3) == 4 * 3 * 1600
    assert upscaler(4, 2, 2).memory_between(10, 10, 3) == 4 * 3 * (1600 + 6400)


def test_no_network_at_all_is_refused():
    with pytest.raises(ValueError, match="networks wants one network or more, got none"):
        Upscaler([])
