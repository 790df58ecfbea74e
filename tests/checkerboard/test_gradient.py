import pytest
import torch
from torch import nn
from torch.nn import functional as F

from srkit.checkerboard.gradient import gradient_grid
from srkit.image.resize import resize


def pooled(pool):
    """A loss on a pooled image; the pools of a VGG loss sit behind convolutions, which this leaves out."""
    return lambda prediction, target: F.mse_loss(pool(prediction), pool(target))


def texture(noise, scale=2):
    high = 0.5 + resize(noise(2, 1, 128, 128, grey_levels=30), 2) + noise(2, 1, 256, 256, grey_levels=8)
    return resize(resize(high, 1 / scale), scale), high


def ramp(noise):
    """A slope that is predicted too bright: the brightest pixel of each window is the rightmost one."""
    target = torch.linspace(0.1, 0.8, 256, dtype=torch.float64).expand(1, 1, 256, 256)
    return target + 0.1 + noise(1, 1, 256, 256, grey_levels=0.2), target


@pytest.mark.parametrize("scale", [2, 4])
def test_max_pooling_puts_a_grid_into_the_gradient(scale, noise):
    prediction, target = ramp(noise)
    assert gradient_grid(pooled(nn.MaxPool2d(scale)), prediction, target, scale).decibels > 20
    assert gradient_grid(pooled(nn.Identity()), prediction, target, scale).decibels < 1
    assert gradient_grid(pooled(nn.AvgPool2d(scale)), prediction, target, scale).decibels < 1


def test_the_pools_of_vgg_are_seen_on_photographs(shared_data, photographs):
    weights = torch.load(shared_data / "weights" / "vgg_normalised_conv3_1.pth", weights_only=True)

    def vgg(x, layers):
        x = F.conv2d(x.float().repeat(1, 3, 1, 1), weights["0.weight"], weights["0.bias"])
        for layer in layers:
            if layer == "pool":
                x = F.max_pool2d(x, 2)
            else:
                x = F.pad(x, (1, 1, 1, 1), mode="reflect")
                x = F.conv2d(x, weights[f"{layer}.weight"], weights[f"{layer}.bias"]).relu()
        return x

    def read(layers):
        for name in ("astronaut", "face", "coffee"):
            high = photographs[name][..., :256, :256]
            loss = lambda p, t: F.mse_loss(vgg(p, layers), vgg(t, layers))  # noqa: E731
            yield gradient_grid(loss, resize(resize(high, 0.5), 2), high, 2).decibels

    before, behind = (sum(read(layers)) / 3 for layers in ((2, 5), (2, 5, "pool", 9)))
    assert before < 0.5
    assert behind > 2


def test_strided_sampling_puts_a_grid_into_the_gradient(noise):
    prediction, target = texture(noise)
    every_second = lambda prediction, target: F.mse_loss(prediction[..., ::2, ::2], target[..., ::2, ::2])  # noqa: E731
    biased = gradient_grid(every_second, prediction + 0.1, target, 2)
    assert biased.decibels > 10


@pytest.mark.parametrize("loss", [F.mse_loss, F.l1_loss], ids=["l2", "l1"])
@pytest.mark.parametrize("scale", [2, 4])
def test_losses_without_a_grid_have_none(loss, scale, noise):
    prediction, target = texture(noise, scale)
    assert abs(gradient_grid(loss, prediction, target, scale).decibels) < 1.5


def test_plain_l2_is_the_spectrum_of_the_error_on_photographs(photographs):
    read = []
    for image in photographs.values():
        read.append(gradient_grid(F.mse_loss, resize(resize(image, 0.5), 2), image, 2).decibels)
    assert abs(sum(read) / len(read)) < 1.5


def test_the_weight_of_the_loss_makes_no_difference(noise):
    prediction, target = texture(noise)
    loss = pooled(nn.MaxPool2d(2))
    once = gradient_grid(loss, prediction, target, 2)
    faint = gradient_grid(lambda p, t: 1e-9 * loss(p, t), prediction, target, 2)
    assert once.decibels == pytest.approx(faint.decibels, abs=1e-6)


def test_nothing_outside_is_touched(noise):
    prediction, target = texture(noise)
    prediction.requires_grad_()
    weight = torch.ones(1, dtype=torch.float64, requires_grad=True)
    with torch.no_grad():
        gradient_grid(lambda p, t: (weight * (p - t) ** 2).mean(), prediction, target, 2)
    assert prediction.grad is None
    assert weight.grad is None


def test_a_perfect_prediction_is_silent(noise):
    _, target = texture(noise)
    assert abs(gradient_grid(F.mse_loss, target, target, 2).decibels) < 2


def test_a_constant_is_refused(noise):
    _, target = texture(noise)
    with pytest.raises(ValueError, match="loss: wants a scalar that depends on the prediction, found a constant"):
        gradient_grid(lambda p, t: t.mean(), target, target, 2)
