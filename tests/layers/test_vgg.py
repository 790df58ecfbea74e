import pytest
import torch
from torch import nn

from srkit.datasets.samples import samples
from srkit.image.convert import gray_to_rgb, to_tensor
from srkit.layers.vgg import DEVIATION, MEAN, NAMES, VGG19

E = (64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M", 512, 512, 512, 512, "M", 512, 512, 512, 512, "M")
"""Configuration E as torchvision writes it; an independent way to say what the network is."""


def torchvision_like(until=6, channels=3):
    """The modules of ``vgg19().features``, with random weights, up to some index of E."""
    torch.manual_seed(0)
    modules = []
    for width in E[:until]:
        if width == "M":
            modules.append(nn.MaxPool2d(2, 2))
        else:
            modules += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=False)]
            channels = width
    return nn.Sequential(*modules)


def gatys_like():
    """The modules of the normalised network to relu3_1, with random weights."""
    torch.manual_seed(0)
    modules, channels = [nn.Conv2d(3, 3, 1)], 3
    for width in E[:7]:
        if width == "M":
            modules.append(nn.MaxPool2d(2, 2, ceil_mode=False))
        else:
            modules += [nn.ReflectionPad2d(1), nn.Conv2d(channels, width, 3), nn.ReLU()]
            channels = width
    return nn.Sequential(*modules)


def prefixed(network, prefix="features."):
    return {f"{prefix}{name}": value for name, value in network.state_dict().items()}


def behind(network, index, image):
    with torch.no_grad():
        return network[: index + 1](image)


IMAGE = torch.rand(2, 3, 18, 23, generator=torch.Generator().manual_seed(1)) * 1.4 - 0.2
NORMAL = (IMAGE - torch.tensor(MEAN)[:, None, None]) / torch.tensor(DEVIATION)[:, None, None]


@pytest.mark.parametrize("prefix", ["features.", ""])
def test_torchvisions_features_come_out_under_their_papers_names(prefix):
    network = torchvision_like()
    places = {"conv1_1": 0, "relu1_1": 1, "conv1_2": 2, "relu1_2": 3, "conv2_1": 5, "conv2_2": 7, "relu2_2": 8}
    found = VGG19(prefixed(network, prefix), places)(IMAGE)
    for index, one in zip(places.values(), found, strict=True):
        torch.testing.assert_close(one, behind(network, index, NORMAL), atol=1e-4, rtol=1e-4)


def test_the_deepest_layers_too():
    network = torchvision_like(len(E))
    places = {"relu3_4": 17, "conv4_4": 25, "conv5_1": 28, "relu5_4": 35}
    image = torch.rand(1, 3, 32, 32)
    normal = (image - torch.tensor(MEAN)[:, None, None]) / torch.tensor(DEVIATION)[:, None, None]
    found = VGG19({**prefixed(network), "classifier.0.weight": torch.zeros(1)}, places)(image)
    for index, one in zip(places.values(), found, strict=True):
        torch.testing.assert_close(one, behind(network, index, normal), atol=1e-4, rtol=1e-3)


def test_the_normalised_network_brings_its_own_normalisation_and_mirrors_at_the_edge():
    network = gatys_like()
    places = {"conv1_1": 2, "relu1_1": 3, "relu1_2": 6, "relu2_1": 10, "relu2_2": 13, "relu3_1": 17}
    assert [name for name in network.state_dict() if name.endswith("weight")] == [
        f"{index}.weight" for index in (0, 2, 5, 9, 12, 16)
    ]  # as the real file has them
    found = VGG19(network.state_dict(), places)(IMAGE)
    for index, one in zip(places.values(), found, strict=True):
        torch.testing.assert_close(one, behind(network, index, IMAGE), atol=1e-4, rtol=1e-4)


def test_the_real_files_features_are_normalised(shared_data):
    """Gatys et al. scaled the filters so that the mean of a feature over images is 1, unless the range is wrong."""
    tensors = torch.load(shared_data / "weights" / "vgg_normalised_conv3_1.pth", weights_only=True)
    network = VGG19(tensors, ["relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1"])
    photographs = samples(split="all")
    images = [gray_to_rgb(to_tensor(photographs.high(index)))[..., :192, :192] for index in range(8)]
    means = torch.tensor([[one.mean() for one in network(image)] for image in images]).mean(0)
    assert means.tolist() == pytest.approx([1] * 5, abs=0.4)


def test_order_and_repetition_of_layers_make_no_difference():
    network = VGG19(prefixed(torchvision_like()), ["relu2_2", "conv1_1"])
    assert network.layers == ["conv1_1", "relu2_2"]
    assert [one.shape[1] for one in network(IMAGE)] == [64, 128]


def test_it_is_frozen_and_stays_out_of_checkpoints_but_moves():
    network = VGG19(prefixed(torchvision_like()), ["relu2_2"])
    assert list(network.parameters()) == []
    assert network.state_dict() == {}
    assert network.to(torch.float64).weight_2_2.dtype == torch.float64
    image = IMAGE.double().requires_grad_()
    network(image)[0].sum().backward()
    assert image.grad.abs().sum() > 0
    assert not any(buffer.requires_grad for buffer in network.buffers())


def test_nothing_behind_the_last_layer_is_kept_or_computed():
    network = VGG19(prefixed(torchvision_like()), ["conv2_1"])
    kept = {name.removeprefix("weight_") for name, _ in network.named_buffers() if name.startswith("weight")}
    assert kept == {"0", "1_1", "1_2", "2_1"}
    network(IMAGE)


def test_the_smallest_image_can_be_looked_at_and_a_smaller_one_cannot():
    whole = prefixed(torchvision_like(len(E)))
    for tensors, layer, least in (
        (whole, "conv1_2", 1),
        (whole, "relu2_2", 2),
        (whole, "conv5_4", 16),
        (gatys_like().state_dict(), "relu1_2", 2),
        (gatys_like().state_dict(), "relu3_1", 8),
    ):
        network = VGG19(tensors, [layer])
        assert network.least == least
        network(torch.rand(1, 3, least, least))
        if least > 1:
            with pytest.raises(RuntimeError):
                network(torch.rand(1, 3, least - 1, least - 1))


def without(tensors, *names):
    return {name: value for name, value in tensors.items() if name not in names}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda t: {}, r"wants a VGG19: torchvision's .* or the normalised one .*; found nothing"),
        (lambda t: {"conv.weight": torch.ones(1)}, r"found conv\.weight$"),
        (lambda t: {**t, "features.1.weight": torch.ones(64)}, r"others: unknown features\.1\.weight$"),  # vgg19_bn
        (lambda t: without(t, "features.2.bias"), r"missing features\.2\.bias$"),
        (lambda t: without(t, "features.2.weight"), r"missing convolution 1_2, .*unknown features\.2\.bias"),
        (
            lambda t: {**t, "features.5.weight": torch.ones(128, 32, 3, 3)},
            r"features\.5\.weight wants \(128, 64, 3, 3\), got \(128, 32, 3, 3\)$",
        ),
        (lambda t: {**t, **{f"x{i}": torch.ones(1) for i in range(9)}}, r"unknown x3, and 5 more$"),
    ],
)
def test_another_networks_weights_are_refused(spoil, message):
    with pytest.raises(ValueError, match=message):
        VGG19(spoil(prefixed(torchvision_like())), ["conv1_1"])


def test_vgg16_is_not_taken_for_vgg19():
    tensors, channels = {}, 3  # its third block has three convolutions, so the fourth begins two places earlier
    for index, width in zip(
        (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28), (64, 64, 128, 128, *[256] * 3, *[512] * 6), strict=True
    ):
        tensors |= {f"features.{index}.weight": torch.ones(width, channels, 3, 3)}
        tensors |= {f"features.{index}.bias": torch.ones(width)}
        channels = width
    with pytest.raises(ValueError, match="wants the weights of VGG19, found others"):
        VGG19(tensors, ["conv1_1"])


def test_a_layer_that_the_file_does_not_have_is_refused_with_those_it_has():
    with pytest.raises(
        ValueError, match=r"^has no layer 'relu4_1'; it has conv1_1, relu1_1, .*, conv3_1, relu3_1$"
    ):
        VGG19(gatys_like().state_dict(), ["relu2_2", "relu4_1"])
    assert len(NAMES) == 16
