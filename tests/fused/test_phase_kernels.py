import pytest
import torch
from torch.nn import functional as F

from srkit.fused.phase_kernels import of_nearest, of_shuffled, of_transposed


def woven(x, phases, scale, height, width):
    """Every phase by a convolution of its own over a generously padded image."""
    wide, large = F.pad(x, (9, 9, 9, 9)), x.new_full((*x.shape[:1], 4, height, width), torch.nan)
    for (i, j), (weight, bias, (top, left)) in phases.items():
        made = F.conv2d(wide, weight, bias)[:, :, 9 + top :, 9 + left :]
        place = large[:, :, i::scale, j::scale]
        place.copy_(made[:, :, : place.shape[2], : place.shape[3]])
    return large


@pytest.fixture
def draw():
    return torch.Generator().manual_seed(0)


def rand(draw, *shape):
    return torch.rand(shape, generator=draw, dtype=torch.float64)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_transposed_convolution(draw, scale):
    x, bias = rand(draw, 2, 3, 6, 5), rand(draw, 4)
    for height in range(scale, 2 * scale + 3):
        for cut in range((height - scale) // 2 + 1):
            weight = rand(draw, 3, 4, height, height + 1)
            wanted = F.conv_transpose2d(x, weight, bias, stride=scale, padding=(cut, 0))
            phases = of_transposed(weight, bias, scale, (cut, 0))
            assert torch.allclose(woven(x, phases, scale, *wanted.shape[-2:]), wanted)
            # not one product with a zero: every tap belongs to one phase
            assert sum(phase.weight[0, 0].numel() for phase in phases.values()) == height * (height + 1)


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (5, 3), (9, 7)])
def test_convolution_after_nearest_neighbours(draw, scale, kernel):
    x, weight, bias = rand(draw, 2, 3, 6, 5), rand(draw, 4, 3, *kernel), rand(draw, 4)
    half = kernel[0] // 2, kernel[1] // 2
    wanted = F.conv2d(F.interpolate(x, scale_factor=scale), weight, bias, padding=half)
    phases = of_nearest(weight, bias, scale)
    assert torch.allclose(woven(x, phases, scale, *wanted.shape[-2:]), wanted)
    if kernel == (3, 3) and scale == 2:
        assert {tuple(phase.weight.shape[-2:]) for phase in phases.values()} == {(2, 2)}  # 16 taps instead of 36


@pytest.mark.parametrize("scale", [2, 3])
def test_convolution_before_a_pixel_shuffle(draw, scale):
    x, weight, bias = rand(draw, 2, 3, 6, 5), rand(draw, 4 * scale**2, 3, 3, 5), rand(draw, 4 * scale**2)
    wanted = F.pixel_shuffle(F.conv2d(x, weight, bias, padding=(1, 2)), scale)
    found = woven(x, of_shuffled(weight, bias, scale, (-1, -2)), scale, *wanted.shape[-2:])
    assert torch.allclose(found, wanted)


def test_no_bias_stays_none():
    one, four = torch.rand(4, 4, 3, 3), torch.rand(16, 4, 3, 3)
    for phases in (
        of_transposed(one, None, 2, (0, 0)),
        of_nearest(one, None, 2),
        of_shuffled(four, None, 2, (0, 0)),
    ):
        assert all(phase.bias is None for phase in phases.values())
