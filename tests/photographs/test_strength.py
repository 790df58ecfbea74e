"""Mixtures of a network and bicubic."""

import numpy as np
import pytest
from torch import nn
from torch.nn import functional as F

import srkit
from srkit.image.files import read_full, write
from srkit.models.bicubic import Bicubic
from srkit.network.needs import Needs
from srkit.network.network import Network
from srkit.photographs.upscaler import Upscaler

NOISE = np.random.default_rng(0).integers(0, 256, (40, 33, 4), dtype=np.uint8)


class Nearest(nn.Module):
    """Nearest neighbour: unlike bicubic everywhere."""

    needs = Needs(0)

    def __init__(self, scale):
        super().__init__()
        self.scale, self.calls = scale, 0

    def forward(self, low):
        self.calls += 1
        return F.interpolate(low, scale_factor=float(self.scale), mode="nearest")


def upscaler(*modules, color="rgb", **options):
    chain = [Network.of(module, module.scale, color, name="tiny") for module in modules]
    return Upscaler(chain, **{"device": "cpu", "precision": "fp32"} | options)


@pytest.mark.parametrize("color", ["y", "rgb"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("scale", [4, 2.7])
def test_a_mixture_lies_between_the_network_and_bicubic(color, channels, scale):
    image = NOISE[..., :channels] / 255
    bicubic = upscaler(Bicubic(4, 3))(image, scale)
    network = upscaler(Nearest(4), color=color)(image, scale)
    mixed = upscaler(Nearest(4), color=color, strength=0.3, tile=16)(image, scale)
    np.testing.assert_allclose(mixed, 0.7 * bicubic + 0.3 * network, atol=2e-5)


def test_zero_is_bicubic_and_one_is_the_network():
    image = NOISE[..., :3]
    assert np.array_equal(upscaler(Nearest(2), strength=0)(image), upscaler(Bicubic(2, 3))(image))
    assert np.array_equal(upscaler(Nearest(2), strength=1)(image), upscaler(Nearest(2))(image))


def test_several_networks_are_mixed_with_bicubic_of_the_photograph():
    image = NOISE[..., :3] / 255
    bicubic = upscaler(Bicubic(8, 3))(image, 7)
    network = upscaler(Nearest(2), Nearest(4))(image, 7)
    mixed = upscaler(Nearest(2), Nearest(4), strength=0.5, tile=16)(image, 7)
    np.testing.assert_allclose(mixed, (bicubic + network) / 2, atol=2e-5)
    assert np.array_equal(upscaler(Nearest(2), Nearest(4), strength=0)(image, 7), bicubic)


def test_mixtures_are_rounded_once():
    image = NOISE[..., :3]
    exact = 65535 * upscaler(Nearest(2), strength=0.5)(image / 255)
    found = upscaler(Nearest(2), strength=0.5)(image.astype(np.uint16) * 257)
    assert np.abs(found - exact).max() < 0.6
    assert len(np.unique(found)) > 256


def test_opaque_stays_opaque_in_a_mixture():
    image = np.full((24, 24, 4), 200, np.uint8)
    image[..., 3] = 255
    image[8:16, 8:16] = 0
    clear = upscaler(Nearest(2), strength=0.5)(image)
    assert (clear[:12, :, 3] == 255).all()
    assert (clear[20:28, 20:28, 3] == 0).all()
    assert (clear[clear[..., 3] > 0][:, :3] == 200).all()


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_out_of_range_is_refused(strength):
    with pytest.raises(ValueError, match=f"strength wants 0 to 1, got {strength}"):
        upscaler(Nearest(2), strength=strength)


def test_the_command_takes_a_strength(zoo, tmp_path, monkeypatch, capsys):
    from srkit.cli.main import main

    write(tmp_path / "a.png", NOISE[..., :3].copy())
    words = ["srkit", "upscale", str(tmp_path / "a.png"), "--device", "cpu", "--strength"]
    monkeypatch.setattr("sys.argv", [*words, "0.25"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 0
    assert capsys.readouterr().out.startswith("lapsrn-x2 at strength 0.25, x2, cpu in ")
    model = srkit.load("lapsrn-x2", device="cpu", strength=0.25)
    assert np.array_equal(read_full(tmp_path / "a_x2.png"), model(NOISE[..., :3].copy()))
    monkeypatch.setattr("sys.argv", [*words, "nan"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert capsys.readouterr().err == ("--strength nan: wants 0, which is bicubic, to 1, which is the network\n")
