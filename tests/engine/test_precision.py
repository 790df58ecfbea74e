import subprocess
import sys
from contextlib import contextmanager

import pytest
import torch

from srkit.engine import precision
from srkit.engine.fit import fit
from srkit.errors import TrainingError
from srkit.training import Recipe


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
    monkeypatch.setattr(precision, "_bf16_kernels", lambda: True)
    assert precision.resolve_precision("auto", torch.device("cpu")) == wanted
    assert precision.slow_bf16(torch.device("cpu")) == (wanted == "fp32")
    assert precision.resolve_precision("fp32", torch.device("cpu")) == "fp32"


def test_bf16_is_not_taken_without_its_kernels(monkeypatch):
    monkeypatch.setattr("pathlib.Path.read_text", lambda *_, **__: "flags : avx512_bf16")
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert not precision.fast_bf16(torch.device("cpu"))
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)
    assert not precision.fast_bf16(torch.device("cpu"))


@pytest.mark.parametrize(("flag", "fast"), [("amx_bf16", True), ("bf16", False), ("avx512_f", False)])
def test_where_there_is_no_linux_torch_is_asked(monkeypatch, flag, fast):
    def missing(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr("pathlib.Path.read_text", missing)
    monkeypatch.setattr(precision, "_bf16_kernels", lambda: True)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {flag: True, "cpu_name": "x"}, raising=False)
    assert precision.fast_bf16(torch.device("cpu")) == fast


@pytest.mark.parametrize(("capability", "fast"), [((7, 5), False), ((8, 0), True), ((9, 0), True)])
def test_gpus_have_it_from_ampere_on(monkeypatch, capability, fast):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    assert precision.fast_bf16(torch.device("cuda")) == fast
    assert precision.slow_bf16(torch.device("cuda")) != fast
    assert not precision.fast_bf16(torch.device("mps"))
    assert not precision.slow_bf16(torch.device("mps"))  # not measured, so that a wish for it counts


def test_a_precision_of_another_name_is_refused():
    with pytest.raises(TrainingError, match="precision: wants auto, fp32 or bf16, got 'fp16'"):
        precision.resolve_precision("fp16", torch.device("cpu"))


def test_autocast_computes_in_bf16():
    conv, x = torch.nn.Conv2d(1, 1, 3), torch.rand(1, 1, 5, 5)
    with precision.autocast(torch.device("cpu"), "bf16"):
        assert conv(x).dtype == torch.bfloat16
    with precision.autocast(torch.device("cpu"), "fp32"):
        assert conv(x).dtype == torch.float32


SWITCHES = """
import sys, torch
from contextlib import suppress
from srkit.engine.precision import autocast, products

cudnn, matmul, name = torch.backends.cudnn, torch.backends.cuda.matmul, "allow_tf32"
if sys.argv[1] == "newer":
    cudnn, name = cudnn.conv, "fp32_precision"
for before in ((True, True), (True, False), (False, False)):
    if sys.argv[1] == "newer":
        before = tuple("tf32" if on else "ieee" for on in before)
    setattr(cudnn, name, before[0])
    setattr(matmul, name, before[1])
    read = lambda: (getattr(cudnn, name), getattr(matmul, name))
    for context in (autocast, products):
        with suppress(ZeroDivisionError), context(torch.device("cuda"), "fp32"):
            assert not {True, "tf32"} & set(read()), read()
            raise ZeroDivisionError
        assert read() == before
        with context(torch.device("cpu"), "fp32"):
            assert read() == before
    with products(torch.device("cuda"), "bf16"):
        assert read() == before
"""


@pytest.mark.parametrize("switches", ["older", "newer"])
def test_fp32_on_cuda_is_not_tf32_and_the_switches_stay_as_they_were(switches):
    """It runs in a process of its own, since torch refuses the older switches once the newer ones are set."""
    if switches == "newer" and not hasattr(torch.backends.cudnn, "conv"):
        pytest.skip("this torch has the older switches alone")
    subprocess.run([sys.executable, "-c", SWITCHES, switches], check=True)


def test_training_in_fp32_has_its_backward_pass_in_fp32_too(monkeypatch, state_of, pair):
    within = []

    @contextmanager
    def products(device, name):
        within.append((device.type, name))
        yield
        within.clear()

    monkeypatch.setattr("srkit.engine.accumulate.products", products)
    state, seen = state_of(), []
    for parameter in state.model.parameters():
        parameter.register_hook(lambda _: seen.append(list(within)))
    recipe = Recipe(torch.nn.functional.l1_loss, optimizer=None, schedule=None)
    next(fit(state, pair, recipe, until=1))
    assert seen
    assert all(one == [("cpu", "fp32")] for one in seen)
