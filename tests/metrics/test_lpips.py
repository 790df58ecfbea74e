"""The distance comes from the authors' package; here a stand-in shows its input."""

import sys
from types import SimpleNamespace
from urllib.error import URLError

import pytest
import torch
from torch import nn

from srkit.metrics.lpips import LPIPS


class Distance(nn.Module):
    """Stands in for lpips.LPIPS: (N,1,1,1), like it."""

    def __init__(self, net, verbose):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1))
        self.seen = []

    def forward(self, x, y):
        self.seen.append(x)
        return (x - y).abs().mean((1, 2, 3), keepdim=True) + self.bias


@pytest.fixture
def package(monkeypatch):
    monkeypatch.setitem(sys.modules, "lpips", SimpleNamespace(LPIPS=Distance))


def test_it_hands_over_rounded_rgb_in_minus_one_to_one_without_its_border(package):
    metric = LPIPS(2)
    x, y = torch.rand(3, 1, 12, 10), torch.rand(3, 1, 12, 10)
    values = metric(x, y)
    assert values.shape == (3,)
    assert not values.requires_grad
    (seen, *_) = metric.network.seen
    assert seen.shape == (3, 3, 8, 6)
    torch.testing.assert_close((seen + 1) * 127.5, (x[..., 2:-2, 2:-2] * 255).round().expand(-1, 3, -1, -1))
    assert torch.equal(metric(x, x), torch.zeros(3, dtype=torch.float64))


def test_its_protocol_names_the_network(package):
    assert LPIPS(4, net="vgg", quantise=False).protocol == {
        "color": "RGB",
        "range": "-1..1",
        "border": 4,
        "rounded": "no",
        "net": "vgg v0.1",
    }
    with pytest.raises(ValueError, match="border: wants int of at least 0, got -2"):
        LPIPS(4, border=-2)


def test_a_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "lpips", None)
    with pytest.raises(
        ValueError, match=r"lpips and torchvision could not be loaded: .*; pip install srkit\[lpips\]"
    ):
        LPIPS(4)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            URLError("no route to host"),
            r"the ImageNet weights of 'alex' could not be downloaded: .*no route.*/checkpoints$",
        ),
        (RuntimeError("operator torchvision::nms does not exist"), "nms does not exist; pip install"),
    ],
)
def test_missing_weights_and_a_foreign_torchvision_are_named(monkeypatch, error, message):
    def fails(**_):
        raise error

    monkeypatch.setitem(sys.modules, "lpips", SimpleNamespace(LPIPS=fails))
    with pytest.raises(ValueError, match=message):
        LPIPS(4)
