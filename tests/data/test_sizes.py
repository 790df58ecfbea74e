import numpy as np
import pytest
import torch

from srkit.data.sizes import ENOUGH, check_measurable, check_names, decoded
from srkit.errors import DataError, ImageError


class Sized:
    """Images that have sizes only."""

    scale = None

    def __init__(self, *sizes):
        self.sizes, self.names = sizes, [f"{height}x{width}" for height, width in sizes]

    def __len__(self):
        return len(self.sizes)

    def size(self, index):
        return self.sizes[index]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "here: wants images, found none"),
        (["a", "b", "a"], "here: wants a unique name for every image, found 'a' twice"),
        (["a/b", "../c"], "here: wants names that are paths below a folder, found '../c'"),
        (["/a"], "here: wants names that are paths below a folder, found '/a'"),
        ([""], "here: wants names that are paths below a folder, found ''"),
    ],
)
def test_names_that_would_be_lost_or_lead_elsewhere_are_refused(names, message):
    images = Sized(*[(8, 8)] * len(names))
    images.names = names
    with pytest.raises(DataError) as caught:
        check_names(images, "here")
    assert str(caught.value) == message


@pytest.mark.parametrize("pixels", [np.zeros((8, 8, 3), np.float32), np.zeros((8, 8), np.uint8)])
def test_what_is_no_8_bit_image_is_refused(pixels):
    images = Sized((8, 8))
    images.high = lambda index: pixels
    with pytest.raises(
        ImageError, match=r"^8x8: wants HR as uint8 \(H,W,1\) or \(H,W,3\), found (uint8|float32) \(8, 8"
    ):
        decoded(images, 0)


def wants(side, seen):
    def metric(prediction, target):
        assert prediction.shape == target.shape
        seen.append(prediction.shape[-1])
        if prediction.shape[-1] < side:
            raise ValueError(f"wants {side}")
        return torch.zeros(len(prediction))

    return metric


def test_images_that_are_large_enough_are_known_by_a_small_one():
    seen = []
    check_measurable(Sized((900, 700), (800, 600)), 2, {"m": wants(11, seen)}, "here")
    assert seen == [ENOUGH]


def test_a_metric_that_wants_more_is_shown_the_images_own_size():
    seen = []
    images = Sized((300, 400), (90, 100), (50, 80), (120, 110))
    with pytest.raises(DataError, match=r"^here: wants images that m can measure, found 90x100 .*, 50x80 .*: it "):
        check_measurable(images, 2, {"m": wants(100, seen)}, "here")
    assert max(seen) == 110
