from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from srkit.errors import SrkitError
from srkit.evaluation.evaluate import MetricScore, evaluate


@dataclass
class Image:
    name: str
    high: Tensor


def test_every_result_and_metric_is_a_row():
    results = [(Image(name, torch.zeros(1, 3, 8, 8)), torch.rand(1, 3, 8, 8)) for name in "ab"]
    metrics = {"mean": lambda x, _: x.mean((1, 2, 3)), "zero": lambda _, y: y.mean((1, 2, 3))}
    rows = list(evaluate(results, metrics))
    assert [(row.image, row.metric) for row in rows] == [("a", "mean"), ("a", "zero"), ("b", "mean"), ("b", "zero")]
    assert rows[1] == MetricScore("a", "zero", 0.0)


def test_results_are_asked_for_one_at_a_time():
    asked = []

    def results():
        for name in "ab":
            asked.append(name)
            yield Image(name, torch.zeros(1, 1, 2, 2)), torch.ones(1, 1, 2, 2)

    rows = evaluate(results(), {"mean": lambda x, _: x.mean((1, 2, 3))})
    assert next(rows).image == "a"
    assert asked == ["a"]


def test_an_image_that_a_metric_refuses_is_named():
    def refuses(_prediction, _target):
        raise ValueError("wants images of at least 11 pixels")

    with pytest.raises(SrkitError, match=r"^small: cannot be measured: wants images of at least 11 pixels$"):
        list(evaluate([(Image("small", torch.zeros(1)), torch.zeros(1))], {"ssim": refuses}))


def test_only_a_metric_that_is_a_network_leaves_the_cpu():
    places = {}

    class Noting:
        def __init__(self, name, on_device):
            self.name, self.on_device = name, on_device

        def __call__(self, prediction, target):
            places[self.name] = prediction.device.type, target.device.type
            return torch.ones(1)

    image = SimpleNamespace(name="a", high=torch.rand(1, 3, 8, 8))
    metrics = {name: Noting(name, name == "network") for name in ("network", "formula")}
    assert len(list(evaluate([(image, image.high)], metrics, torch.device("meta")))) == 2
    assert places == {"network": ("meta", "meta"), "formula": ("cpu", "cpu")}
    list(evaluate([(image, image.high)], metrics))
    assert places["network"] == ("cpu", "cpu")
