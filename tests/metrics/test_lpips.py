"""LPIPS with trunks of random weights, beside what the authors' package gives with the same ones."""

import pytest
import torch

from srkit.layers.trunk import TRUNKS
from srkit.metrics.lpips import LPIPS

AUTHORS = {"alex": (0.011273752, 0.0135896206), "vgg": (0.0185148623, 0.0187633317)}
"""Distances of the two pairs of ``pair`` by lpips 0.1.4, whose trunk was given the weights of ``trunk``."""


def weights(name):
    """Weights in torchvision's form, which do not depend on the platform's random numbers of other shapes."""
    generator, found, before = torch.Generator().manual_seed(0), {}, 3
    for one in TRUNKS[name]:
        shape = (one.width, before, one.kernel, one.kernel)
        deviation = (2 / (before * one.kernel**2)) ** 0.5
        found[f"features.{one.number}.weight"] = deviation * torch.randn(shape, generator=generator)
        found[f"features.{one.number}.bias"] = 0.1 * torch.randn(one.width, generator=generator)
        before = one.width
    return found


def pair():
    x = torch.rand(2, 3, 40, 48, generator=torch.Generator().manual_seed(1))
    y = (x + 0.1 * torch.randn(2, 3, 40, 48, generator=torch.Generator().manual_seed(2))).clamp(0, 1)
    return x, y


@pytest.fixture(scope="module", params=["alex", "vgg"])
def trunk(request, tmp_path_factory):
    file = tmp_path_factory.mktemp("trunk") / f"{request.param}.pth"
    torch.save(weights(request.param), file)
    return request.param, file


def test_it_agrees_with_the_authors_package(trunk):
    name, file = trunk
    metric = LPIPS(2, net=name, trunk=file, border=0, quantise=False)
    found = metric(*pair())
    assert not found.requires_grad
    assert found.tolist() == pytest.approx(AUTHORS[name], rel=1e-5)


def test_it_measures_rounded_rgb_without_a_border_and_names_its_network(trunk):
    name, file = trunk
    metric, plain = LPIPS(2, net=name, trunk=file), LPIPS(2, net=name, trunk=file, border=0, quantise=False)
    assert metric.protocol == {
        "color": "RGB",
        "range": "-1..1",
        "border": 2,
        "rounded": "8 bit",
        "net": f"{name} v0.1",
    }
    x, y = (image[:, :1] for image in pair())
    inside = [(image[..., 2:-2, 2:-2] * 255).round().div(255).expand(-1, 3, -1, -1) for image in (x, y)]
    torch.testing.assert_close(metric(x, y), plain(*inside))
    assert torch.equal(metric(x, x), torch.zeros(2, dtype=torch.float64))


def test_images_that_are_too_small_and_files_that_are_others_are_refused(trunk, tmp_path):
    name, file = trunk
    least = {"alex": 31, "vgg": 16}[name]
    metric = LPIPS(2, net=name, trunk=file)
    fits = torch.rand(1, 3, least + 4, 60)
    assert metric(fits, fits).item() == 0
    with pytest.raises(ValueError, match=f"lpips wants at least {least} pixels a side .* for {name}"):
        metric(fits[..., 1:, :], fits[..., 1:, :])
    torch.save({"features.0.weight": torch.zeros(2, 2)}, tmp_path / "other.pth")
    title = {"alex": "AlexNet", "vgg": "VGG16"}[name]
    with pytest.raises(ValueError, match=rf"other\.pth: wants torchvision's {title}, features\.0"):
        LPIPS(2, net=name, trunk=tmp_path / "other.pth")


def test_a_file_that_cannot_be_had_says_how_to_get_it(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError("no route to host")

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", fail)
    with pytest.raises(ValueError, match=r"7be5be79\.pth: cannot be had: no route to host; .* as trunk"):
        LPIPS(2)
