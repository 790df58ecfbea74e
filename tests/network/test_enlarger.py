"""An image is enlarged in one way, and results do not depend on whether it was cut into tiles."""

from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from srkit.errors import SrkitError
from srkit.network import memory
from srkit.network.enlarger import NetworkEnlarger, enlarged
from srkit.network.needs import Needs
from srkit.network.network import Network
from srkit.network.tiled import Tiled

CPU = torch.device("cpu")


class Spy(nn.Module):
    """Nearest neighbour that records its input, and may call a function first."""

    def __init__(self, needs=None, happens=lambda low: None):
        super().__init__()
        self.needs, self.happens, self.seen = needs or Needs(halo=0), happens, []

    def forward(self, low):
        self.seen.append(tuple(low.shape[-2:]))
        self.happens(low)
        return F.interpolate(low, scale_factor=2.0)


def spying(spy, **options):
    return NetworkEnlarger(Network.of(spy, 2, "rgb", name="spy"), **{"device": CPU} | options)


def drawn(catalog, use, scale, channels, **options):
    torch.manual_seed(0)
    model = catalog.build("model", use, scale, channels, **options)
    for parameter in model.parameters():  # those of a new model ignore most of its input
        nn.init.normal_(parameter, std=(parameter[0].numel() if parameter.ndim > 1 else 100) ** -0.5)
    return model


@pytest.mark.parametrize("color", ["y", "rgb"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("use", "options"), [("lapsrn", {"depth": 2, "features": 8}), ("bicubic", {})])
def test_tiles_make_the_image_that_the_whole_makes(catalog, use, options, color, channels):
    model = drawn(catalog, use, 4, 1 if color == "y" else 3, **options)
    network, low = Network.of(model, 4, color), torch.rand(1, channels, 53, 38)
    whole = NetworkEnlarger(network, device=CPU)(low)
    assert whole.shape == (1, channels, 212, 152)
    assert 0 <= whole.min() < whole.max() <= 1
    for side in (5, 17, 40):
        torch.testing.assert_close(NetworkEnlarger(network, device=CPU, side=side)(low), whole, atol=1e-5, rtol=0)


def test_an_image_that_fits_is_one_piece_and_a_large_one_is_not(monkeypatch):
    spy = Spy()
    low = torch.rand(1, 3, 200, 150)
    assert torch.equal(spying(spy)(low), F.interpolate(low, scale_factor=2.0))
    assert spy.seen[-1:] == [(200, 150)]
    monkeypatch.setattr(memory, "for_tiles", lambda device, taken=0: 40_000)
    monkeypatch.setattr(Tiled, "footprint", 4)
    spy = Spy()
    assert torch.equal(spying(spy)(low), F.interpolate(low, scale_factor=2.0))
    assert len(spy.seen) > 1
    assert max(height * width for height, width in spy.seen) <= 10_000


def test_where_memory_ends_tiles_are_halved():
    def too_much(low):
        if low.shape[-1] * low.shape[-2] > 2500:
            raise MemoryError

    spy, low = Spy(happens=too_much), torch.rand(1, 3, 120, 90)
    assert torch.equal(spying(spy)(low), F.interpolate(low, scale_factor=2.0))
    spy = Spy(Needs(), happens=too_much)
    with pytest.raises(SrkitError, match=r"^spy: wants 90 x 120 pixels at once, .* upsampler declares its halo"):
        spying(spy)(low)
    spy = Spy(Needs(halo=0, whole=True), happens=too_much)
    with pytest.raises(SrkitError, match=r"^spy: wants 90 x 120 pixels at once, .*; it needs the whole image, so"):
        spying(spy)(low)


def test_a_network_gets_as_many_pixels_as_it_takes():
    spy = Spy(Needs(halo=1, multiple=4, least=10))
    low = torch.rand(1, 3, 45, 33)
    assert torch.equal(spying(spy, side=4)(low), F.interpolate(low, scale_factor=2.0))
    assert min(side for size in spy.seen for side in size) >= 10
    with pytest.raises(SrkitError, match=r"^spy: wants images of 10 x 10 pixels or more, found 33 x 9$"):
        spying(spy)(low[..., :9, :])


def test_a_network_that_bf16_spoils_is_computed_in_fp32():
    formats = []
    for half in (True, False):
        spy = Spy(Needs(halo=0, half=half), happens=lambda _: formats.append(torch.is_autocast_enabled("cpu")))
        spying(spy, precision="bf16")(torch.rand(1, 3, 4, 4))
    assert formats == [True, False]


def test_a_module_may_learn_while_it_enlarges():
    class Learns(nn.Module):
        def __init__(self):
            super().__init__()
            self.gain = nn.Parameter(torch.ones(1))

        def forward(self, low):
            with torch.enable_grad():
                (self.gain * low).square().mean().backward()
            return F.interpolate(low, scale_factor=2.0)

    model = Learns()
    high = NetworkEnlarger(Network.of(model, 2, "rgb"), device=CPU)(torch.rand(1, 3, 4, 4))
    assert model.gain.grad is not None
    assert not high.requires_grad


def test_weights_that_change_are_seen_and_nothing_is_drawn_as_in_training(catalog):
    model = drawn(catalog, "lapsrn", 2, 1, depth=1, features=4)
    enlarger, low = NetworkEnlarger(Network.of(model, 2, "y"), device=CPU), torch.rand(1, 3, 6, 5)
    before = enlarger(low)
    model.train()
    for parameter in model.parameters():
        parameter.data *= 1.5
    assert not torch.equal(enlarger(low), before)
    assert not model.training


def test_planes_are_the_network_itself(catalog):
    model, low = drawn(catalog, "bicubic", 2, 1), torch.rand(1, 1, 40, 30, dtype=torch.float64) * 3 - 1
    network = Network.of(model, 2, "y")
    high = NetworkEnlarger(network, device=CPU, side=17).planes(low)
    assert high.dtype == torch.float64
    torch.testing.assert_close(high, model(low), atol=1e-12, rtol=0)
    assert high.min() < 0


@dataclass
class Image:
    low: Tensor


def test_images_are_enlarged_when_their_turn_comes():
    spy = Spy()
    images = [Image(torch.rand(1, 3, 4, 4)), Image(torch.rand(1, 3, 5, 4))]
    results = enlarged(spying(spy), images)
    image, high = next(results)
    assert image is images[0]
    assert high.shape == (1, 3, 8, 8)
    assert spy.seen == [(4, 4)]


def test_a_network_carries_its_needs():
    spy = Spy(Needs(halo=7))
    network = Network.of(spy, 2, "rgb")
    assert network.needs.halo == 7
    assert not network.learns
    assert replace(network, needs=Needs()).needs.halo is None
    with pytest.raises(ValueError, match="'yuv' is not a valid Color"):
        Network.of(spy, 2, "yuv")
