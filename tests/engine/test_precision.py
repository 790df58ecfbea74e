import pytest
import torch

from srkit.engine import precision
from srkit.errors import TrainingError


def test_auto_takes_what_there_is(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert precision.resolve_device("auto") == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert precision.resolve_device("auto") == torch.device("cuda")


def test_devices_that_are_not_there_are_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(TrainingError, match="device: wants 'cuda:1', but torch finds none here"):
        precision.resolve_device("cuda:1")
    with pytest.raises(TrainingError, match=r"device: wants auto, cpu, cuda, .* got 'gpu'"):
        precision.resolve_device("gpu")


@pytest.mark.parametrize(("flags", "wanted"), [("avx2 avx512_bf16", "bf16"), ("avx2 avx512f", "fp32")])
def test_bf16_is_taken_where_the_processor_has_it(monkeypatch, flags, wanted):
    monkeypatch.setattr("pathlib.Path.read_text", lambda *_, **__: f"flags : {flags}")
    assert precision.resolve_precision("auto", torch.device("cpu")) == wanted
    assert precision.resolve_precision("fp32", torch.device("cpu")) == "fp32"
