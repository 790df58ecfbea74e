"""The formula with a narrow VGG16; the real one has 15 million weights, which nothing here needs."""

import math
import sys
from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional as F

from srkit.engine import pretrained
from srkit.layers import vgg16
from srkit.layers.vgg import DEVIATION, MEAN
from srkit.metrics import dists
from srkit.metrics.dists import DISTS

WIDTHS = (4, 5, 6, 7, 8)
NUMBERS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
FIRST_OF_BLOCK, LAST_OF_BLOCK = (0, 5, 10, 17, 24), (2, 7, 14, 21, 28)


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(vgg16, "WIDTHS", WIDTHS)
    monkeypatch.setattr(dists, "CHANNELS", (3, *WIDTHS))
    generator = torch.Generator().manual_seed(0)
    tensors, before = {"classifier.0.weight": torch.zeros(2, 2)}, 3
    for width, block in zip(WIDTHS, vgg16.BLOCKS, strict=True):
        for number in block:
            tensors[f"features.{number}.weight"] = 0.4 * torch.randn(width, before, 3, 3, generator=generator)
            tensors[f"features.{number}.bias"] = 0.1 * torch.randn(width, generator=generator)
            before = width
    torch.save(tensors, tmp_path / "vgg16.pth")
    weights = {name: torch.rand(1, 33, 1, 1, generator=generator) for name in ("alpha", "beta")}
    torch.save(weights, tmp_path / "weights.pt")
    return {"vgg": tmp_path / "vgg16.pth", "weights": tmp_path / "weights.pt"}


def formula(files, x, y):
    """Ding et al. (2020), equations 2 to 7, channel by channel, of one pair of images (1,3,H,W)."""
    tensors, weights = (torch.load(files[name], weights_only=True) for name in ("vgg", "weights"))

    def features(image):
        found = [image]
        h = (image - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(DEVIATION).view(3, 1, 1)
        for number in NUMBERS:
            if number in FIRST_OF_BLOCK[1:]:
                window = torch.tensor([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
                squares = F.unfold(h.transpose(0, 1) ** 2, 3, padding=1, stride=2)
                size = [-(-side // 2) for side in h.shape[-2:]]
                h = (window.flatten() @ squares + 1e-12).sqrt().view(1, -1, *size)
            h = F.conv2d(h, tensors[f"features.{number}.weight"], tensors[f"features.{number}.bias"], padding=1)
            h = h.clamp(0)
            if number in LAST_OF_BLOCK:
                found.append(h)
        return [plane.flatten() for layer in found for plane in layer[0]]

    alpha, beta = (weights[name].flatten().tolist() for name in ("alpha", "beta"))
    total = 0.0
    for a, b, p, q in zip(alpha, beta, features(x), features(y), strict=True):
        covariance = ((p - p.mean()) * (q - q.mean())).mean()
        total += a * (2 * p.mean() * q.mean() + 1e-6) / (p.mean() ** 2 + q.mean() ** 2 + 1e-6)
        total += b * (2 * covariance + 1e-6) / (p.var(correction=0) + q.var(correction=0) + 1e-6)
    return 1 - float(total) / sum(alpha + beta)


def test_it_is_the_papers_formula(files, picture):
    y = picture(2, 3, 40, 48)
    x = (y + 0.1 * torch.randn(y.shape, generator=torch.Generator().manual_seed(1))).clamp(0, 1)
    found = DISTS(2, border=3, quantise=False, **files)(x, y)
    for n in range(2):
        cut = (image[n : n + 1, :, 3:-3, 3:-3] for image in (x, y))
        assert float(found[n]) == pytest.approx(formula(files, *cut), abs=1e-5)
    torch.testing.assert_close(DISTS(2, **files)(y, y), torch.zeros(2).double(), atol=1e-9, rtol=0)


def test_gray_is_rgb_with_equal_channels_and_images_are_rounded(files, picture):
    x, y = picture(1, 1, 32, 32) + 0.001, picture(1, 1, 32, 32, seed=1)
    metric = DISTS(2, **files)
    assert torch.equal(metric(x, y), metric(picture(1, 1, 32, 32).expand(-1, 3, -1, -1), y.expand(-1, 3, -1, -1)))
    assert metric.protocol["border"] == 2
    assert not metric.higher_is_better


def test_files_that_are_missing_or_others_are_refused(files, tmp_path, monkeypatch):
    monkeypatch.setattr(dists, "find_spec", lambda _: None)
    with pytest.raises(
        ValueError, match=r"the authors' weights are missing; pip install srkit\[dists\], or give weig"
    ):
        DISTS(2, vgg=files["vgg"])
    with pytest.raises(
        ValueError, match=r"vgg16.pth: wants alpha of 33 weights, as the authors' weights.pt, found none"
    ):
        DISTS(2, vgg=files["vgg"], weights=files["vgg"])
    with pytest.raises(
        ValueError, match=r"weights.pt: wants torchvision's VGG16, features.0.weight of \(4, 3, 3, 3\), f"
    ):
        DISTS(2, vgg=files["weights"], weights=files["weights"])
    served = tmp_path / "gone-00000000.pth"
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(dists, "VGG16", served.as_uri())
    with pytest.raises(ValueError, match=r"gone-00000000.pth: cannot be had: .* or give its path as vgg$"):
        DISTS(2, weights=files["weights"])


def test_an_installed_package_has_the_weights(files, monkeypatch):
    spec = SimpleNamespace(origin=str(files["weights"].parent / "__init__.py"))
    monkeypatch.setattr(dists, "find_spec", lambda name: spec if name == "DISTS_pytorch" else None)
    assert math.isclose(float(DISTS(2, vgg=files["vgg"]).alpha.sum() + DISTS(2, vgg=files["vgg"]).beta.sum()), 1)
    assert "DISTS_pytorch" not in sys.modules
    assert pretrained.VGG16.endswith("/vgg16-397923af.pth")
