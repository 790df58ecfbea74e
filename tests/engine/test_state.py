import pytest
import torch

from srkit.errors import CheckpointError, TrainingError


def test_a_checkpoint_with_another_ema_is_refused(state_of):
    with pytest.raises(CheckpointError, match=r"^last\.pt: has an EMA of the weights, this training wants none$"):
        state_of(ema=None).load_state_dict(state_of().state_dict(), "last.pt")
    with pytest.raises(CheckpointError, match="has no EMA of the weights, this training wants one"):
        state_of().load_state_dict(state_of(ema=None).state_dict())


def test_a_checkpoint_of_another_network_or_optimizer_is_refused(state_of):
    saved = state_of().state_dict()
    saved["model"] = {"other.weight": torch.ones(1)}
    with pytest.raises(CheckpointError, match=r"last\.pt: belongs to another model:\n    missing conv\.weight"):
        state_of().load_state_dict(saved, "last.pt")
    saved = state_of().state_dict()
    saved["optimizer"]["param_groups"] *= 2
    with pytest.raises(CheckpointError, match=r"last\.pt: belongs to another optimizer: "):
        state_of().load_state_dict(saved, "last.pt")


def test_a_state_with_parts_missing_is_refused(state_of):
    with pytest.raises(CheckpointError, match="wants the state of a training, found no optimizer, schedule"):
        state_of().load_state_dict({"step": 3, "model": {}})


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_never_saved(state_of, bad):
    state = state_of()
    state.step = 7
    with torch.no_grad():
        state.model.conv.weight[0, 0, 1, 1] = bad
    with pytest.raises(
        TrainingError, match=r"^step 7: wants finite weights, found nan or inf in conv\.weight; the"
    ):
        state.state_dict()
