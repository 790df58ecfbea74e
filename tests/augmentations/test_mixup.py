import pytest
import torch

from srkit.augmentations.mixup import Mixup
from srkit.draws import Draws


def draws(count):
    return Draws.numbered(range(count), "test")


def test_lr_and_hr_are_mixed_by_the_same_share():
    low, high = torch.zeros(50, 3, 4, 4), torch.zeros(50, 3, 8, 8)
    found_low, found_high = Mixup(2)(low, high, lambda rows: (low[rows] + 1, high[rows] + 1), draws(50))
    shares = found_low[:, 0, 0, 0]
    assert torch.equal(found_low, shares.view(-1, 1, 1, 1).expand_as(low))
    assert torch.equal(found_high, shares.view(-1, 1, 1, 1).expand_as(high))
    assert len(set(shares.tolist())) == 50
    assert 0 < shares.min() < 0.2 < 0.8 < shares.max() < 1


def test_only_chosen_crops_are_mixed_and_want_a_partner():
    low, high, asked = torch.rand(400, 1, 2, 2), torch.rand(400, 1, 4, 4), []

    def partners(rows):
        asked.extend(rows)
        return low[rows] + 2, high[rows] + 2

    found, _ = Mixup(2, probability=0.25)(low, high, partners, draws(400))
    changed = (found != low).flatten(1).any(1).nonzero()[:, 0].tolist()
    assert changed == asked
    assert len(asked) == pytest.approx(100, abs=30)

    def none(rows):
        raise AssertionError("no partner is wanted")

    assert Mixup(2, probability=0)(low, high, none, draws(400))[0] is low
