import numpy as np
import pytest
import torch

from srkit.degrading.blur import blur
from srkit.degrading.correlate import correlated, factors, trimmed
from srkit.degrading.kernels import ringing
from srkit.degrading.shapes import SHAPES, weights


def kernels_of(side):
    """A kernel of every shape, a ringing one, one without any order, and a single pixel."""
    count = len(SHAPES)
    wide = np.tile([[1.7, 0.9]], (count, 1))
    wide[::2, 1] = 1.7
    shaped = weights(np.arange(count), wide, np.full(count, 0.4), np.full(count, 1.3), side)
    rough = np.random.default_rng(0).random((1, side, side))
    one = np.zeros((1, side, side))
    one[:, side // 2, side // 2] = 1
    kernels = np.concatenate([shaped, ringing(np.array([1.1]), side), rough, one])
    return torch.from_numpy(kernels / kernels.sum((1, 2))[:, None, None])


@pytest.mark.parametrize("side", [3, 11, 21])
@pytest.mark.parametrize("size", [(30, 41), (64, 7), (9, 5), (1, 40)])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_way_is_the_correlation(side, size, channels):
    kernels = kernels_of(side)
    images = torch.rand(len(kernels), channels, *size).split(1)
    for image, kernel, result in zip(images, kernels, correlated(images, kernels), strict=True):
        torch.testing.assert_close(result, blur(image, kernel[None]), rtol=0, atol=3e-6)


def test_images_of_other_sizes_beside_it_change_nothing():
    kernels = kernels_of(21)
    images = [torch.rand(1, 3, 20 + 3 * number, 40) for number in range(len(kernels))]
    together = correlated(images, kernels)
    for number, image in enumerate(images):
        (alone,) = correlated([image], kernels[number : number + 1])
        assert torch.equal(alone, together[number])


def test_only_a_product_of_a_row_and_a_column_has_factors():
    kernels = kernels_of(9).numpy()
    found = [factors(kernel) is not None for kernel in kernels]
    # the round Gaussian, and the single pixel
    assert [number for number, product in enumerate(found) if product] == [0, len(found) - 1]
    row, column = factors(kernels[0])
    np.testing.assert_allclose(np.outer(column, row), kernels[0])


def test_what_is_trimmed_is_next_to_nothing():
    kernel = np.zeros((21, 21))
    kernel[8:13, 8:13] = 0.04
    kernel[3, 10] = 1e-9
    assert trimmed(kernel).shape == (5, 5)
    kernel[3, 10] = 1e-3
    assert trimmed(kernel).shape == (15, 15)
    assert trimmed(np.eye(3)).shape == (3, 3)


def test_the_number_of_threads_changes_no_bit():
    kernels, before = kernels_of(21), torch.get_num_threads()
    images = [torch.rand(1, 3, 12, 12), torch.rand(1, 3, 80, 12)]
    try:
        found = []
        for threads in (1, 2, 4):
            torch.set_num_threads(threads)
            found.append([correlated([image] * len(kernels), kernels) for image in images])
    finally:
        torch.set_num_threads(before)
    for one, other in ((found[0], found[1]), (found[0], found[2])):
        for same, again in zip(one, other, strict=True):
            assert all(torch.equal(*pair) for pair in zip(same, again, strict=True))
