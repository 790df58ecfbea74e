import numpy as np
import pytest
import torch
from scipy import ndimage

from srkit.degrading.blur import blur
from srkit.degrading.kernels import compose


def slow_blur(image, kernel, scale):
    return ndimage.correlate(image, kernel, mode="reflect")[::scale, ::scale]


# the last kernel is larger than its image, which is then mirrored more than once
@pytest.mark.parametrize(("scale", "side", "height", "width"), [(2, 11, 24, 30), (3, 5, 21, 15), (4, 31, 12, 8)])
def test_every_image_and_channel_by_scipy(scale, side, height, width):
    torch.manual_seed(0)
    high = torch.rand(3, 2, height, width, dtype=torch.float64)
    kernels = torch.rand(3, side, side, dtype=torch.float64)
    low = blur(high, kernels, scale)
    assert low.shape == (3, 2, height // scale, width // scale)
    for n in range(3):
        for c in range(2):
            wanted = slow_blur(high[n, c].numpy(), kernels[n].numpy(), scale)
            np.testing.assert_allclose(low[n, c], wanted, rtol=1e-10)


def test_twice_by_two_is_once_by_the_composed_kernel():
    torch.manual_seed(0)
    high, kernels = torch.rand(2, 1, 96, 96, dtype=torch.float64), torch.rand(2, 5, 5, dtype=torch.float64)
    twice = blur(blur(high, kernels, 2), kernels, 2)
    once = blur(high, torch.from_numpy(compose(kernels.numpy(), 2)), 4)
    # the mirror of a blurred image is not the blurred mirror image
    torch.testing.assert_close(once[..., 3:-3, 3:-3], twice[..., 3:-3, 3:-3])


@pytest.mark.parametrize(("scale", "side"), [(1, 7), (2, 11), (4, 31)])
@pytest.mark.parametrize(("channels", "size"), [(1, (40, 36)), (3, (36, 28)), (3, (516, 512))])
def test_an_image_is_the_same_alone_and_in_any_batch(scale, side, channels, size):
    torch.manual_seed(0)
    count = 17 if size[0] < 500 else 3
    high, kernels = torch.rand(count, channels, *size), torch.rand(count, side, side)
    low = blur(high, kernels, scale)
    for together in (1, 2, 5):
        for start in range(0, count, together):
            rows = slice(start, start + together)
            assert torch.equal(blur(high[rows], kernels[rows], scale), low[rows])


def test_images_from_a_size_on_are_convolved_alone(monkeypatch):
    high, kernels = torch.rand(2, 3, 24, 20, dtype=torch.float64), torch.rand(2, 5, 5, dtype=torch.float64)
    small = blur(high, kernels, 2)
    monkeypatch.setattr("srkit.degrading.blur.LARGE", 1)
    torch.testing.assert_close(blur(high, kernels, 2), small)


def test_autocast_changes_nothing():
    high, kernels = torch.rand(1, 1, 16, 16), torch.rand(1, 3, 3)
    with torch.autocast("cpu", torch.bfloat16):
        low = blur(high, kernels, 2)
    assert low.dtype == torch.float32
    assert torch.equal(low, blur(high, kernels, 2))
