from collections import Counter

import numpy as np
import pytest

from srkit.data.crops import Crop, crops_of, oriented

SIZES = [(20, 30), (16, 16), (25, 17)]


def test_a_crop_depends_on_seed_and_number_alone():
    together = crops_of(7, range(12), SIZES, 16, augment=True)
    apart = [crops_of(7, [number], SIZES, 16, augment=True)[0] for number in reversed(range(12))]
    assert together == apart[::-1]
    assert crops_of(8, range(12), SIZES, 16, augment=True) != together


def test_every_image_comes_once_an_epoch_in_a_new_order():
    images = [crop.image for crop in crops_of(0, range(300), SIZES, 16, augment=True)]
    epochs = [tuple(images[i : i + 3]) for i in range(0, 300, 3)]
    assert all(sorted(epoch) == [0, 1, 2] for epoch in epochs)
    assert len(set(epochs)) == 6


def test_places_and_orientations_are_uniform_and_independent():
    """Chi-squared over all 5 x 15 places x 8 orientations of the first image."""
    crops = [crop for crop in crops_of(0, range(72_000), SIZES, 16, augment=True) if crop.image == 0]
    counts = Counter((crop.top, crop.left, crop.orientation) for crop in crops)
    assert set(counts) == {(top, left, turn) for top in range(5) for left in range(15) for turn in range(8)}
    expected = len(crops) / 600
    chi_squared = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi_squared == pytest.approx(599, abs=5 * (2 * 599) ** 0.5)


def test_without_augmentation_the_places_are_the_same_and_upright():
    turned, upright = (crops_of(0, range(50), SIZES, 16, augment=augment) for augment in (True, False))
    assert upright == [Crop(crop.image, crop.top, crop.left, 0) for crop in turned]


def test_an_image_of_the_size_of_a_crop_is_taken_whole():
    assert {(crop.top, crop.left) for crop in crops_of(0, range(20), [(16, 16)], 16, augment=True)} == {(0, 0)}


def test_the_eight_orientations_are_different_and_keep_every_pixel():
    pixels = np.arange(9).reshape(3, 3, 1)
    turned = {oriented(pixels, orientation).tobytes() for orientation in range(8)}
    assert len(turned) == 8
    assert all(sorted(np.frombuffer(one, pixels.dtype)) == list(range(9)) for one in turned)


@pytest.mark.parametrize("orientation", range(8))
def test_a_crop_of_the_finer_grid_covers_the_same_square(orientation):
    coarse = np.arange(12 * 15).reshape(12, 15, 1)
    fine = coarse.repeat(3, 0).repeat(3, 1)
    crop = Crop(0, 2, 5, orientation)
    assert np.array_equal(crop.cut(fine, 12, 3)[1::3, 1::3], crop.cut(coarse, 4))


def test_crops_are_the_same_on_every_machine():
    """Golden values: if they change, every old run would see other crops when it is resumed."""
    assert [(c.image, c.top, c.left, c.orientation) for c in crops_of(0, range(3), SIZES, 16, augment=True)] == [
        (2, 4, 0, 1),
        (1, 0, 0, 6),
        (0, 0, 9, 6),
    ]
