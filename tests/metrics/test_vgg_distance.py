"""The layers of VGG19 are those of the loss; tests/losses/test_perceptual.py compares them with torchvision's."""

import pytest
import torch

from srkit.errors import TrainingError
from srkit.layers.vgg import VGG19
from srkit.metrics.vgg_distance import VGGDistance


def test_it_is_the_mean_absolute_difference_of_features_within_the_border(vgg_file, picture):
    x, y = picture(2, 3, 24, 20), picture(2, 3, 24, 20, seed=1)
    found = VGGDistance(2, layer="relu2_1", weights=vgg_file, quantise=False)(x, y)
    network = VGG19(torch.load(vgg_file, weights_only=True), ["relu2_1"])
    first, second = (network(image[..., 2:-2, 2:-2])[0] for image in (x, y))
    assert found.dtype == torch.float64
    torch.testing.assert_close(found, (first - second).abs().mean((1, 2, 3)).double())


def test_colour_alone_makes_no_difference_of_luma(vgg_file):
    y = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0)) / 2 + 0.25
    neutral = torch.tensor([0.1, 0, -0.1 * 65.481 / 24.966]).view(1, 3, 1, 1)  # which keeps BT.601's Y
    options = {"layer": "conv1_1", "weights": vgg_file, "quantise": False}
    assert float(VGGDistance(2, color="y", **options)(y + neutral, y)) < 1e-3
    assert float(VGGDistance(2, **options)(y + neutral, y)) > 1e-2
    gray = y[:, :1]
    torch.testing.assert_close(
        VGGDistance(2, color="y", **options)(gray, 1 - gray), VGGDistance(2, **options)(gray, 1 - gray)
    )


def test_images_are_rounded_and_the_protocol_says_so(vgg_file, picture):
    x, y = picture(1, 1, 16, 16) + 0.001, picture(1, 1, 16, 16)
    metric = VGGDistance(2, layer="conv1_1", weights=vgg_file, color="y")
    assert float(metric(x, y)) == 0
    assert metric.protocol == {
        "color": "Y",
        "range": "0..1",
        "border": 2,
        "rounded": "8 bit",
        "net": "normalised vgg19",
        "layer": "conv1_1",
    }


def test_images_that_are_too_small_and_layers_that_the_file_lacks_are_refused(vgg_file):
    metric = VGGDistance(4, weights=vgg_file)
    with pytest.raises(
        TrainingError,
        match=r"^metric vgg_distance: wants images of at least 8 pixels a side within the border, for conv3_1, got "
        r"15 x 7; leave it out, or take a shallower layer$",
    ):
        metric(torch.zeros(1, 3, 15, 23), torch.zeros(1, 3, 15, 23))
    with pytest.raises(ValueError, match=r"has no layer 'relu5_1'"):
        VGGDistance(4, weights=vgg_file, layer="relu5_1")
