import pytest
import torch

from srkit.errors import TrainingError
from srkit.run.step_record import checked
from srkit.training import Step


def step(number=4, losses=("loss",), rates=("lr",)):
    return Step(number, dict.fromkeys(losses, torch.ones(())), dict.fromkeys(rates, 0.1), {}, ())


def test_a_right_record_passes():
    right = step()
    assert checked(right, 4, 4, "mine") is right


@pytest.mark.parametrize(
    ("record", "done", "message"),
    [
        (None, 3, "wants a Step from its fit, found the end of fit"),
        (4, 4, "wants a Step from its fit, found int"),
        (step(9), 4, "wants the record of this step, with as many steps done, found that of step 9 with 4 done"),
        (step(), 0, "wants the record of this step, with as many steps done, found that of step 4 with 0 done"),
        (step(losses=["l1"]), 4, "wants 'loss' among its losses, found none"),
        (step(rates=[]), 4, "wants 'lr' among its rates, found none"),
        (
            step(losses=["loss", "step", "event"]),
            4,
            "wants losses, rates and norms with names of their own, found 'event', which the log uses",
        ),
    ],
)
def test_a_regime_that_lies_about_a_step_is_told(record, done, message):
    with pytest.raises(TrainingError) as caught:
        checked(record, 4, done, "mine")
    assert str(caught.value) == f"regime 'mine': step 4: {message}; the regime has a bug"
