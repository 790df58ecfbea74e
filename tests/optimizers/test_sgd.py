import pytest
from torch import nn

from srkit.optimizers.sgd import sgd
from srkit.schedules.step import step


def test_biases_have_their_own_rate():
    model = nn.Conv2d(1, 2, 3)
    made = sgd(model.named_parameters(), lr=1e-5, momentum=0.9, weight_decay=1e-4, bias_lr_factor=0.1)
    weights, biases = made.param_groups
    assert weights["params"][0] is model.weight
    assert biases["params"][0] is model.bias
    assert (weights["lr"], biases["lr"]) == (1e-5, pytest.approx(1e-6))


def test_it_refuses_what_makes_no_sense():
    for options, message in (
        ({"momentum": 1.0}, "momentum: wants float of at least 0 and below 1"),
        ({"momentum": 0.0, "nesterov": True}, "nesterov wants a momentum above 0"),
        ({"bias_lr_factor": 0.0}, "bias_lr_factor: wants float above 0, got 0"),
    ):
        with pytest.raises(ValueError, match=message):
            sgd(nn.Conv2d(1, 1, 1).named_parameters(), **options)


def test_a_network_without_biases_is_one_group():
    assert len(sgd(nn.Conv2d(1, 1, 1, bias=False).named_parameters()).param_groups) == 1
    with pytest.raises(ValueError, match="wants a model with weights to train, got one without"):
        sgd([])


def test_the_learning_rate_of_lapsrn_keeps_its_ratio_under_a_schedule():
    made = sgd(nn.Conv2d(1, 1, 1).named_parameters(), lr=1e-5, bias_lr_factor=0.1)
    schedule = step(made, 4, every=2)
    for _ in range(3):
        made.step()
        schedule.step()
    assert [group["lr"] for group in made.param_groups] == pytest.approx([5e-6, 5e-7])
