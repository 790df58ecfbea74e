import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from srkit.checkerboard.flat import BORDERS, INTERIOR, flat_fields, layer_ripple, phase_gains


def he(module):
    generator = torch.Generator().manual_seed(0)
    for parameter in module.parameters():
        with torch.no_grad():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * (2 / parameter[0].numel()) ** 0.5)
    return module


def transposed(channels, scale, kernel, cut=None):
    """A transposed convolution, cut to exactly ``scale`` times the size at the bottom and on the right."""
    padding = (kernel - scale) // 2 if cut is None else cut

    class Transposed(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.ConvTranspose2d(channels, channels, kernel, stride=scale, padding=padding)

        def forward(self, x):
            height, width = (scale * side for side in x.shape[-2:])
            return self.conv(x)[..., :height, :width]

    return he(Transposed())


def bilinear_transposed(channels):
    module = transposed(channels, 2, 4)
    line = torch.tensor([0.25, 0.75, 0.75, 0.25])
    with torch.no_grad():
        module.conv.weight.zero_()
        module.conv.bias.fill_(0.3)
        for channel in range(channels):
            module.conv.weight[channel, channel] = torch.outer(line, line)
    return module


def resize_conv(channels, scale, mode):
    return he(
        nn.Sequential(nn.Upsample(scale_factor=scale, mode=mode), nn.Conv2d(channels, channels, 3, padding=1))
    )


def subpixel(channels, scale):
    return he(nn.Sequential(nn.Conv2d(channels, channels * scale**2, 3, padding=1), nn.PixelShuffle(scale)))


EVEN = {
    "nearest and conv x2": (resize_conv(3, 2, "nearest"), 2),
    "nearest and conv x4": (resize_conv(3, 4, "nearest"), 4),
    "bilinear and conv x3": (resize_conv(3, 3, "bilinear"), 3),
    "bilinear transposed 4x4": (bilinear_transposed(3), 2),
}
UNEVEN = {
    "random transposed 3x3": (transposed(3, 2, 3), 2),
    "random transposed 4x4": (transposed(3, 2, 4), 2),
    "random sub-pixel x4": (subpixel(3, 4), 4),
}


@pytest.mark.parametrize("name", EVEN)
def test_an_even_upsampler_leaves_flat_flat(name):
    module, scale = EVEN[name]
    assert layer_ripple(module, 3, scale) < 1e-6
    assert all(field.ripple < 1e-3 for field in flat_fields(module, scale, channels=3))


@pytest.mark.parametrize("name", UNEVEN)
def test_an_uneven_upsampler_does_not(name):
    module, scale = UNEVEN[name]
    assert layer_ripple(module, 3, scale) > 0.3
    assert all(field.ripple > 1 for field in flat_fields(module, scale, channels=3))


def test_the_gains_of_a_transposed_convolution_are_the_sums_of_its_weights():
    module = transposed(2, 2, 3, cut=0)
    weight = module.conv.weight.detach().double().numpy()  # (I,O,3,3)
    gains = phase_gains(module, 2, 2)
    for i in range(2):
        for j in range(2):
            assert gains[:, :, i, j] == pytest.approx(weight[:, :, i::2, j::2].sum((2, 3)).T, abs=1e-6)


def test_the_taps_of_a_3x3_transposed_convolution_overlap_4_2_2_1():
    module = transposed(1, 2, 3, cut=0)
    nn.init.ones_(module.conv.weight)
    assert phase_gains(module, 1, 2)[0, 0] == pytest.approx(np.array([[4, 2], [2, 1]]))


def test_independent_phases_have_the_ripple_that_the_docstring_says():
    module = he(nn.Sequential(nn.Conv2d(32, 32 * 4, 1), nn.PixelShuffle(2)))
    assert layer_ripple(module, 32, 2) == pytest.approx((1 - 1 / 4) ** 0.5, abs=0.02)


def test_a_planted_ripple_is_read_in_grey_levels():
    def net(x):
        large = F.interpolate(x, scale_factor=2)
        large[..., 0::2, 1::2] += 4 / 255
        return large

    for field in flat_fields(net, 2):
        assert field.ripple == pytest.approx(3, abs=1e-3)  # one phase of four: the mean moves up by 1
        assert 255 * (field.phases[0] - field.level) == pytest.approx(np.array([[0, 4], [0, 0]]), abs=1e-3)
        picture = field.picture(zoom=5)
        assert picture.shape == (INTERIOR * 2 * 5, INTERIOR * 2 * 5)
        assert picture[:5, :5] == pytest.approx(-1, abs=1e-3)
        assert picture[:5, 5:10] == pytest.approx(3, abs=1e-3)


@pytest.mark.parametrize(("depth", "found"), [(0, 4), (6, 8), (14, 16)])
def test_padding_is_left_out(depth, found):
    """Zero padding darkens the edge by a lot; the interior of a smoothing network is flat to rounding."""
    layers = []
    for _ in range(depth):
        conv = nn.Conv2d(1, 1, 3, padding=1, bias=False, dtype=torch.float64)
        nn.init.constant_(conv.weight, 1 / 9)
        layers.append(conv)
    net = nn.Sequential(*layers, nn.Upsample(scale_factor=2))
    like = torch.zeros(0, dtype=torch.float64)
    (field,) = flat_fields(net, 2, levels=[0.5], like=like)
    assert field.border == found
    assert field.ripple < 1e-9
    assert field.interior == pytest.approx(0.5, abs=1e-12)


def test_a_given_border_is_taken_at_its_word():
    conv = nn.Conv2d(1, 1, 3, padding=1, bias=False)
    net = nn.Sequential(conv, nn.Upsample(scale_factor=2))
    nn.init.constant_(conv.weight, 1 / 9)
    exact, touched = (flat_fields(net, 2, levels=[0.9], border=border)[0] for border in (1, 0))
    assert exact.border == 1
    assert exact.interior == pytest.approx(0.9, abs=1e-6)
    assert touched.interior[0, 0, 0] == pytest.approx(0.9 * 4 / 9, abs=1e-6)


def test_modes_and_statistics_of_the_module_are_left_alone():
    net = nn.Sequential(nn.BatchNorm2d(1), nn.Dropout(0.5), nn.Upsample(scale_factor=2))
    net[1].eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    assert flat_fields(net, 2)[0].ripple < 1e-3
    assert [module.training for module in net.modules()] == [True, True, False, True]
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_what_is_not_a_flat_answer_is_refused():
    with pytest.raises(
        ValueError, match=r"net: wants an output 4 times larger, 64 x 64, found shape \(1, 1, 32, 32\)"
    ):
        flat_fields(nn.Upsample(scale_factor=2), 4)
    with pytest.raises(ValueError, match="net: wants finite answers to a flat field, found nan or inf"):
        flat_fields(lambda x: F.interpolate(x, scale_factor=2) / 0, 2)
    ramp = lambda x: F.interpolate(x, scale_factor=2).cumsum(-1)  # noqa: E731
    with pytest.raises(
        ValueError, match=f"within {BORDERS[-1]} pixels of the edge, found that it does not; give the"
    ):
        flat_fields(ramp, 2)
