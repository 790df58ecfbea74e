import math

import pytest
import torch

from srkit.stages.jpeg import Jpeg
from srkit.stages.noise import Noise
from srkit.stages.resize import Resize
from srkit.stages.sequence import Sequence
from srkit.stages.shuffle import Shuffle
from srkit.work import Work

STAGES = [Noise, Jpeg, Resize]


def work_of(count):
    return Work(tuple(torch.rand(count, 3, 12, 12).chunk(count)), (6, 6))


def test_every_image_goes_through_all_stages_in_its_own_order(draws):
    work = work_of(12)
    after = Shuffle(2, stages=STAGES)(work, draws(12))
    built = [(stage(2), name) for stage, name in zip(STAGES, ("noise", "jpeg", "resize"), strict=True)]
    for row, order in enumerate(after.drawn["order"].tolist()):
        alone = work.rows([row])
        for place in order:
            stage, name = built[place]
            alone = stage(alone, draws(12).child(name)[row : row + 1])
        assert torch.equal(after.images[row], alone.images[0])
    assert len({tuple(order) for order in after.drawn["order"].tolist()}) > 3


def test_all_orders_are_as_frequent(draws):
    # 600 draws of 6 orders: 100 each, give or take four standard deviations
    orders = Shuffle(2, stages=STAGES)(Work((torch.rand(1, 1, 4, 4),) * 600, (2, 2)), draws(600)).drawn["order"]
    counts = orders.unique(dim=0, return_counts=True)[1]
    assert len(counts) == math.factorial(3)
    assert (counts - 100).abs().max() < 37


def test_images_that_are_not_shuffled_keep_the_order_given(draws):
    work = work_of(4)
    after = Shuffle(2, stages=STAGES, probability=0.0)(work, draws(4))
    wanted = Sequence(2, stages=STAGES)(work, draws(4))
    assert all(torch.equal(*pair) for pair in zip(after.images, wanted.images, strict=True))
    assert set(after.drawn) == {"order", *wanted.drawn}
    some = Shuffle(2, stages=STAGES, probability=0.3)(work_of(200), draws(200)).drawn["order"]
    kept = (some == torch.arange(3)).all(1).double().mean()
    assert kept.item() == pytest.approx(0.7 + 0.3 / 6, abs=0.12)


def test_one_stage_has_no_order():
    with pytest.raises(ValueError, match="stages must be two or more, got 1"):
        Shuffle(2, stages=[Noise])
