import hashlib
from pathlib import Path

import pytest
import torch
from torch import nn

from srkit.errors import SrkitError, TrainingError
from srkit.image.color import gray_to_y, rgb_to_y
from srkit.layers.vgg import VGG19
from srkit.losses import perceptual
from srkit.losses.perceptual import Perceptual
from srkit.plugins import load_catalog


def pair(channels=3, size=20, seed=0):
    generator = torch.Generator().manual_seed(seed)
    target = torch.rand(2, channels, size, size + 4, generator=generator)
    return (target + 0.1 * torch.randn(target.shape, generator=generator)), target


def features(file, layer, image):
    return VGG19(torch.load(file, weights_only=True), [layer])(image)[0]


def test_l2_is_the_papers_formula(vgg_file):
    """1/(W H) of the sum over positions and channels of the squared difference, written as a loop over images."""
    x, y = pair()
    phi_x, phi_y = (features(vgg_file, "relu2_2", image) for image in (x, y))
    height, width = phi_x.shape[-2:]
    assert (height, width) == (10, 12)
    each = [float(((a - b) ** 2).sum()) / (height * width) for a, b in zip(phi_x, phi_y, strict=True)]
    assert float(Perceptual(weights=vgg_file)(x, y)) == pytest.approx(sum(each) / 2, rel=1e-5)


def test_l1_and_the_mean_over_channels(vgg_file):
    x, y = pair()
    d = features(vgg_file, "conv3_1", x) - features(vgg_file, "conv3_1", y)
    wanted = {
        ("l1", "sum"): d.abs().sum(1).mean(),
        ("l1", "mean"): d.abs().mean(),
        ("l2", "mean"): d.square().mean(),
    }
    for (distance, channels), value in wanted.items():
        loss = Perceptual(layers={"conv3_1": 1}, distance=distance, channels=channels, weights=vgg_file)
        assert float(loss(x, y)) == pytest.approx(float(value), rel=1e-5)
    assert float(Perceptual(layers={"conv3_1": 1}, weights=vgg_file)(x, y)) == pytest.approx(
        256 * float(d.square().mean()), rel=1e-5
    )


def test_layers_are_summed_with_their_weights_whatever_their_order(vgg_file):
    x, y = pair()
    alone = {
        name: float(Perceptual(layers={name: 1}, weights=vgg_file)(x, y))
        for name in ("relu1_1", "conv2_2", "relu3_1")
    }
    wanted = 2 * alone["relu3_1"] + 0.5 * alone["relu1_1"] + 3 * alone["conv2_2"]
    given = {"relu3_1": 2, "relu2_1": 0, "relu1_1": 0.5, "conv2_2": 3}
    loss = Perceptual(layers=given, weights=vgg_file)
    assert float(loss(x, y)) == pytest.approx(wanted, rel=1e-5)
    assert loss.network.layers == ["relu1_1", "conv2_2", "relu3_1"]


def test_before_the_relu_is_not_behind_it(vgg_file):
    x, y = pair()
    before, behind = (
        float(Perceptual(layers={f"{kind}2_1": 1}, weights=vgg_file)(x, y)) for kind in ("conv", "relu")
    )
    assert before > 1.3 * behind


def test_y_counts_as_the_gray_image_that_it_is_the_luma_of(vgg_file):
    """Y of studio range is stretched to [0,1] before it is repeated: 16/255 is black, 235/255 white."""
    gray, other = (image[:, :1].clamp(0, 1) for image in pair())
    loss = Perceptual(weights=vgg_file)
    wanted = float(loss(gray.repeat(1, 3, 1, 1), other.repeat(1, 3, 1, 1)))
    assert float(loss(gray_to_y(gray), gray_to_y(other))) == pytest.approx(wanted, rel=1e-3)
    luma = rgb_to_y(gray.repeat(1, 3, 1, 1)), rgb_to_y(other.repeat(1, 3, 1, 1))
    assert float(loss(*luma)) == pytest.approx(wanted, rel=1e-3)
    assert float(loss(gray, other)) != pytest.approx(wanted, rel=0.05)  # taken as it is, it is another image


def test_what_lies_outside_of_the_range_has_a_gradient(vgg_file):
    for channels in (1, 3):
        _, target = pair(channels)
        for value in (-0.5, 1.5):
            prediction = torch.full_like(target, value, requires_grad=True)
            Perceptual(layers={"conv1_2": 1}, weights=vgg_file)(prediction, target).backward()
            assert (prediction.grad != 0).float().mean() > 0.99


def test_the_target_gets_no_gradient_and_bf16_is_computed_in_float32(vgg_file):
    x, y = pair()
    loss = Perceptual(weights=vgg_file)
    y.requires_grad_()
    value = loss(x.requires_grad_(), y)
    value.backward()
    assert y.grad is None
    half = loss(x.detach().bfloat16(), y.detach())
    assert (value.dtype, half.dtype) == (torch.float32, torch.float32)


def test_bf16_inside_gives_nearly_the_gradient_of_float32(vgg_file):
    x, y = pair()
    values, gradients = [], []
    for precision in ("fp32", "bf16"):
        leaf = x.clone().requires_grad_()
        value = Perceptual(weights=vgg_file, precision=precision)(leaf, y)
        values.append(value.detach())
        gradients.append(torch.autograd.grad(value, leaf)[0].flatten())
    assert values[1].dtype == torch.float32
    assert values[0] != values[1]
    assert float(values[1]) == pytest.approx(float(values[0]), rel=0.01)
    assert 0.98 < float(torch.cosine_similarity(*gradients, dim=0)) < 0.999999


def test_a_training_sees_no_weights_of_it(vgg_file):
    loss = Perceptual(weights=vgg_file)
    assert list(loss.parameters()) == []
    assert loss.state_dict() == {}
    assert loss.to(torch.float64).network.weight_2_2.dtype == torch.float64
    loss.train()
    x, y = pair()
    assert isinstance(loss, nn.Module)
    assert loss.float()(x, y) == loss.eval()(x, y)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layers": {"relu2_2": -1}}, r"layers\.relu2_2: wants float of at least 0, got -1"),
        ({"layers": {}}, "layers must name at least one layer with a weight, got none"),
        ({"layers": {"relu2_2": 0}}, "layers must name at least one layer with a weight, got none"),
        ({"layers": {"relu4_4": 1}}, r"vgg\.pth: has no layer 'relu4_4'; it has conv1_1, .*, relu3_1"),
        ({"layers": {"pool2": 1}}, r"vgg\.pth: has no layer 'pool2'; it has conv1_1"),
    ],
)
def test_options_that_cannot_be_are_refused(vgg_file, options, message):
    with pytest.raises(ValueError, match=message):
        Perceptual(weights=vgg_file, **options)


def test_images_that_cannot_be_are_refused(vgg_file):
    loss = Perceptual(layers={"relu3_1": 1}, weights=vgg_file)
    with pytest.raises(
        TrainingError,
        match=r"^loss perceptual: wants images of at least 8 pixels a side for relu3_1, got 12 x 7; take a larger",
    ):
        loss(torch.rand(1, 1, 7, 12), torch.rand(1, 1, 7, 12))
    with pytest.raises(ValueError, match="wants images of 1 or 3 channels, got 2"):
        loss(torch.rand(1, 2, 16, 16), torch.rand(1, 2, 16, 16))


def test_yaml_names_layers_by_a_mapping(vgg_file):
    catalog = load_catalog()
    loss = catalog.build("loss", "perceptual", layers={"relu1_2": 1, "conv2_1": 0.5}, weights=str(vgg_file))
    assert loss.weights == [1.0, 0.5]
    with pytest.raises(SrkitError, match="layers: wants a mapping, each float of at least 0, got 'relu1_2'"):
        catalog.build("loss", "perceptual", layers="relu1_2", weights=str(vgg_file))


class Evil:
    def __reduce__(self):
        return open, ("ran", "w")


def test_files_that_cannot_be_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bad = tmp_path / "bad.pth"
    with pytest.raises(ValueError, match=r"bad\.pth: wants a checkpoint, found nothing of that name"):
        Perceptual(weights=bad)
    for zipped in (True, False):
        torch.save({"0.weight": Evil()}, bad, _use_new_zipfile_serialization=zipped)
        with pytest.raises(ValueError, match=r"bad\.pth: .* objects that would run code when read; refused"):
            Perceptual(weights=bad)
    bad.write_bytes(b"<html>")
    with pytest.raises(ValueError, match=r"bad\.pth: is damaged or no checkpoint"):
        Perceptual(weights=bad)
    torch.save({"state": torch.ones(1)}, bad)
    with pytest.raises(ValueError, match=r"bad\.pth: wants a VGG19: .* found state$"):
        Perceptual(weights=bad)
    assert not Path("ran").exists()


@pytest.fixture
def hub(tmp_path, monkeypatch, vgg_file):
    """A folder of downloads, and a server that has the file: both folders."""
    served = tmp_path / "server" / f"vgg19-{hashlib.sha256(vgg_file.read_bytes()).hexdigest()[:8]}.pth"
    served.parent.mkdir()
    served.write_bytes(vgg_file.read_bytes())
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(perceptual, "URL", served.as_uri())
    return tmp_path / "home" / "hub" / "checkpoints" / served.name, served


def test_without_a_path_the_file_is_downloaded_once(hub, vgg_file):
    kept, served = hub
    x, y = pair()
    wanted = Perceptual(weights=vgg_file)(x, y)
    assert Perceptual()(x, y) == wanted
    assert kept.read_bytes() == vgg_file.read_bytes()
    served.unlink()
    assert Perceptual()(x, y) == wanted


def test_a_download_that_is_another_file_is_not_kept(hub):
    kept, served = hub
    served.write_bytes(b"a page that asks for a password")
    with pytest.raises(ValueError, match=r"vgg19-\w{8}\.pth: cannot be had: invalid hash value"):
        Perceptual()
    assert list(kept.parent.iterdir()) == []


def test_without_a_network_the_message_says_what_to_do(hub):
    kept, served = hub
    served.unlink()
    with pytest.raises(ValueError, match="cannot be had") as caught:
        Perceptual()
    for named in (str(kept), served.as_uri(), f"copy it to {kept.parent}", "as weights"):
        assert named in str(caught.value)


def test_the_usual_file_is_torchvisions():
    assert perceptual.URL.endswith("/vgg19-dcbb9e9d.pth")
