from collections import Counter

import numpy as np

from srkit.data.crops import crops_of, oriented

GOLDEN = [(2, 2, 0, 4), (0, 4, 2, 6), (1, 0, 0, 2)]
SIZES = [(20, 30), (16, 16), (25, 17)]


def test_a_crop_depends_on_seed_and_number_alone():
    together = crops_of(7, 0, 12, SIZES, 16, augment=True)
    apart = [crop for step in range(4) for crop in crops_of(7, step, 3, SIZES, 16, augment=True)]
    assert together == apart
    assert crops_of(8, 0, 12, SIZES, 16, augment=True) != together


def test_every_image_comes_once_an_epoch_in_a_new_order():
    images = [crop.image for crop in crops_of(0, 0, 300, SIZES, 16, augment=True)]
    epochs = [tuple(images[i : i + 3]) for i in range(0, 300, 3)]
    assert all(sorted(epoch) == [0, 1, 2] for epoch in epochs)
    assert len(set(epochs)) == 6


def test_crops_fill_the_image_and_stay_inside():
    crops = [crop for crop in crops_of(0, 0, 3000, SIZES, 16, augment=True) if crop.image == 0]
    assert {crop.top for crop in crops} == set(range(5))
    assert {crop.left for crop in crops} == set(range(15))
    counts = Counter(crop.orientation for crop in crops)
    assert set(counts) == set(range(8))
    assert min(counts.values()) > 0.7 * len(crops) / 8
    assert {crop.orientation for crop in crops_of(0, 0, 50, SIZES, 16, augment=False)} == {0}


def test_the_eight_orientations_are_different_and_keep_every_pixel():
    pixels = np.arange(9).reshape(3, 3, 1)
    turned = {oriented(pixels, orientation).tobytes() for orientation in range(8)}
    assert len(turned) == 8
    assert all(sorted(np.frombuffer(one, pixels.dtype)) == list(range(9)) for one in turned)


def test_numbers_are_the_same_on_every_machine():
    """A golden value: if it changes, every old run would see other crops when it is resumed."""
    assert [(c.image, c.top, c.left, c.orientation) for c in crops_of(0, 0, 3, SIZES, 16, augment=True)] == GOLDEN
