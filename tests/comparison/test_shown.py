import numpy as np
import pytest

from srkit.comparison.shown import DARK, LIGHT, shown


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (np.full((1, 1, 1), 7, np.uint8), [7, 7, 7]),
        (np.array([[[1, 2, 3]]], np.uint8), [1, 2, 3]),
        (np.array([[[0, 32896, 65535]]], np.uint16), [0, 128, 255]),
        (np.array([[[0, 0.5, 1]]], np.float32), [0, 128, 255]),
        (np.array([[[9, 0]]], np.uint8), [LIGHT] * 3),
        (np.array([[[9, 8, 7, 255]]], np.uint8), [9, 8, 7]),
        (np.array([[[0, 0, 0, 32768]]], np.uint16), [127] * 3),
    ],
)
def test_every_kind_of_picture_becomes_rgb_of_8_bits(pixels, expected):
    found = shown(pixels)
    assert (found.dtype, found.shape) == (np.uint8, (1, 1, 3))
    assert found[0, 0].tolist() == expected
    assert found.flags.writeable  # torch warns of arrays that are not


def test_transparency_is_a_checkerboard():
    clear = shown(np.zeros((24, 24, 4), np.uint8))
    assert clear[0, 0, 0] == clear[8, 8, 0] == LIGHT
    assert clear[0, 8, 0] == clear[8, 0, 0] == clear[23, 12, 0] == DARK
