import pytest
import torch

from srkit.augmentations.cutblur import CutBlur
from srkit.draws import Draws
from srkit.image.resize import resize


def cut(low, high, **options):
    draws = Draws.numbered(range(len(low)), "test")
    return CutBlur(high.shape[-1] // low.shape[-1], **options)(low, high, None, draws)


def box(mask):
    """The (top, bottom, left, right) of the true pixels, which must fill it."""
    rows, columns = (mask.any(axis).nonzero()[:, 0] for axis in (1, 0))
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    assert mask[top:bottom, left:right].all()
    return top, bottom, left, right


def test_a_rectangle_of_lr_and_one_of_clean_lr_are_exchanged():
    high = torch.rand(200, 3, 40, 60)
    low = torch.rand(200, 3, 20, 30) + 2  # never equal to the clean one
    clean = resize(high, size=(20, 30)).clamp(0, 1)
    found, kept = cut(low, high)
    assert torch.equal(kept, high)
    pasted = (found == clean).all(1)
    assert torch.equal(pasted, ~(found == low).all(1))
    places, ends, inside = set(), set(), 0
    for mask in pasted:
        is_inside = not mask.flatten()[[0, 29, -30, -1]].sum() > 1  # the rectangle covers one corner at most
        inside += is_inside
        top, bottom, left, right = box(mask if is_inside else ~mask)
        assert bottom - top == pytest.approx(14, abs=1)  # 0.7 of 20 pixels
        assert right - left == pytest.approx(21, abs=1)
        places.add((top, left))
        ends.add((bottom, right))
    assert inside == pytest.approx(100, abs=35)
    assert {top for top, _ in places} >= {0, 3, 6}
    assert {left for _, left in places} >= {0, 4, 9}
    assert (max(bottom for bottom, _ in ends), max(right for _, right in ends)) == (20, 30)


def test_it_is_done_to_a_share_of_the_crops():
    high, low = torch.rand(400, 1, 8, 8), torch.rand(400, 1, 4, 4) + 2
    found, _ = cut(low, high, probability=0.25)
    assert int((found != low).flatten(1).any(1).sum()) == pytest.approx(100, abs=30)


def test_with_bicubic_it_changes_nothing():
    high = 0.25 + 0.5 * torch.rand(3, 1, 16, 16)
    low = resize(high, 0.5).clamp(0, 1)
    torch.testing.assert_close(cut(low, high)[0], low)
