import pytest
import torch

from srkit.engine.finite import Finite
from srkit.errors import TrainingError
from srkit.training import Step

NAN = float("nan")


def step(number, loss, norm=None):
    norms = {} if norm is None else {"grad_norm": torch.tensor(norm)}
    losses = {"loss": torch.tensor(loss), "loss.pixel": torch.tensor(0.25)}
    return Step(number, losses, {"lr": 1e-4}, norms, ("a", "a", "b", "c", "d"))


def test_a_cpu_is_judged_at_once():
    finite = Finite(torch.device("cpu"))
    finite.watch(step(1, 0.5))
    finite.watch(step(2, 0.5, 3.0))
    with pytest.raises(
        TrainingError, match=r"^step 3: wants a finite loss, got inf with lr 0\.0001 on crops of a, b, c, "
    ):
        finite.watch(step(3, float("inf")))


def test_a_gradient_that_is_no_number_is_refused_too():
    with pytest.raises(TrainingError, match=r"^step 1: wants a finite grad_norm, got inf with lr"):
        Finite(torch.device("cpu")).watch(step(1, 0.5, float("inf")))


class Stream:
    """Records when a number was waited for."""

    def __init__(self):
        self.log = []

    def record_event(self):
        number = len([entry for entry in self.log if entry.startswith("sent")]) + 1
        self.log.append(f"sent {number}")
        log = self.log

        class Event:
            def synchronize(self):
                log.append(f"read {number}")

        return Event()


def test_a_gpu_is_judged_one_step_late_and_in_the_end(monkeypatch):
    stream = Stream()
    monkeypatch.setattr(torch.cuda, "current_stream", lambda _: stream)
    finite = Finite(torch.device("cuda"))
    finite.watch(step(1, 0.5))
    finite.watch(step(2, NAN))
    assert stream.log == ["sent 1", "sent 2", "read 1"]
    with pytest.raises(TrainingError, match=r"^step 2: wants a finite loss, got nan"):
        finite.watch(step(3, NAN))
    last = Finite(torch.device("cuda"))
    last.watch(step(4, NAN))
    with pytest.raises(TrainingError, match=r"^step 4: "):
        last.settle()
    last.settle()
