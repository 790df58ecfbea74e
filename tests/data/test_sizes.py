import pytest
import torch

from srkit.data.sizes import ENOUGH, check_measurable
from srkit.errors import DataError


class Sized:
    """Images of which only the sizes count."""

    scale = None

    def __init__(self, *sizes):
        self.sizes, self.names = sizes, [f"{height}x{width}" for height, width in sizes]

    def __len__(self):
        return len(self.sizes)

    def size(self, index):
        return self.sizes[index]


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
