import pytest
import torch

from srkit.errors import TrainingError
from srkit.image.resize import resize
from srkit.losses.low_resolution import LowResolution
from srkit.parts.loss import for_batch


@pytest.mark.parametrize("scale", [2, 3])
def test_hr_is_free_of_loss_and_a_shift_costs_itself(scale):
    high = torch.rand(2, 3, 12, 12)
    low = resize(high, 1 / scale)
    loss = for_batch(LowResolution(), low)
    assert float(loss(high, high)) == pytest.approx(0, abs=1e-6)
    assert float(loss(high + 0.1, high)) == pytest.approx(0.1, abs=1e-5)
    assert float(for_batch(LowResolution(distance="l2"), low)(high + 0.1, high)) == pytest.approx(0.01, abs=1e-5)


def test_every_level_of_a_pyramid_is_shrunk_to_lr():
    low = torch.full((1, 1, 4, 4), 0.25)
    loss = for_batch(LowResolution(), low)
    for side in (8, 16):
        x = torch.full((1, 1, side, side), 0.5, requires_grad=True)
        value = loss(x, torch.rand(1, 1, side, side))
        value.backward()
        assert float(value.detach()) == pytest.approx(0.25, abs=1e-6)
        assert (x.grad > 0).all()


def test_without_lr_it_is_refused():
    x = torch.rand(2, 1, 8, 8)
    message = (
        r"^loss low_resolution: wants the LR of the batch, got only SR \(2, 1, 8, 8\) and HR \(2, 1, 8, 8\); "
        r"a regime must call srkit\.parts\.loss\.for_batch\(loss, low\) for each batch$"
    )
    with pytest.raises(TrainingError, match=message):
        LowResolution()(x, x)
