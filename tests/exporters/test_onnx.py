"""ONNX files give the results of torch in onnxruntime and in OpenCV, at any size."""

import json
import re
import shlex
import sys
from doctest import ELLIPSIS, OutputChecker
from functools import cache
from importlib import import_module
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from srkit.cli.main import main
from srkit.config.signature import declared
from srkit.errors import ExportError
from srkit.exporters import onnx as module
from srkit.image.color import rgb_to_y
from srkit.network.network import Network
from srkit.plugins import load_catalog
from srkit.testing.small import small_options
from srkit.weights.load import load

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")

CATALOG = load_catalog([])
export = CATALOG.build("exporter", "onnx")
SMALL = {name: small_options(part, CATALOG, 2, 3) for name, part in CATALOG["model"].items()}
SLOTS = {
    model: [slot for slot in ("upsampler", "image_upsampler") if slot in declared(part.factory)][:1]
    for model, part in CATALOG["model"].items()
}


def pairings():
    """Yield every model with one of the upsamplers in turn."""
    upsamplers = [*CATALOG["upsampler"]]
    for place, (model, slots) in enumerate(SLOTS.items()):
        upsampler = upsamplers[place % len(upsamplers)]
        yield pytest.param(model, dict.fromkeys(slots, upsampler), id=f"{model}-{upsampler}")


NOT_IN_OPENCV = ("bsrn", "rfdn", "rlfn", "swinir_light")
"""Networks that pad by a number of pixels which depends on the size of the image; OpenCV gives something else."""
LAPSRN = [
    {
        "upsampler": {"use": "transposed_conv", "kernel": 4},
        "image_upsampler": {"use": "transposed_conv", "kernel": 4},
    },
    {"upsampler": {"use": "subpixel", "blur": True}, "image_upsampler": {"use": "bicubic", "edge": "clamp"}},
    {"upsampler": {"use": "resize_conv", "mode": "bilinear", "padding": "replicate"}},
    {"upsampler": {"use": "resize_conv", "mode": "bicubic"}},
    {"activation": "pre", "residual": "local"},
]


@pytest.fixture(scope="module", autouse=True)
def translations_once():
    """Let the exporter make its table of operations once, which takes half a second in every export otherwise."""
    registry = import_module("torch.onnx._internal.exporter._registration").ONNXRegistry
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "from_torchlib", staticmethod(cache(registry.from_torchlib)))
        yield


def loaded(network, scale, color="y", name="mine"):
    return Network.of(network.eval(), scale, color, name=name, metadata={"model": {"use": name}})


def built(model, scale, channels, **options):
    torch.manual_seed(0)
    network = CATALOG.build("model", model, scale, channels, **SMALL[model], **options)
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.1)  # no weight may be zero, as an untrained residual is
    return loaded(network, scale, "y" if channels == 1 else "rgb", model)


def agree(one, file, *, opencv=True):
    """Check that the file agrees with the network in both runtimes, at sizes that the export did not try."""
    session = runtime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    net = cv2.dnn.readNetFromONNX(str(file)) if opencv else None
    channels = one.color.channels
    for sides in ((1, 1), (1, 5), (2, 2), (9, 31), (24, 16), (9, 31)):
        height, width = (max(side, one.needs.least) for side in sides)
        low = torch.rand(1, channels, height, width)
        with torch.no_grad():
            high = one.module(low).numpy()
        rounding = 1e-5 * max(1, abs(high).max())  # random weights give values far above 1
        np.testing.assert_allclose(session.run(["high"], {"low": low.numpy()})[0], high, atol=rounding)
        if net is not None and min(height, width) > 1:
            net.setInput(low.numpy())
            np.testing.assert_allclose(net.forward(), high, atol=rounding)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "options"), [*pairings()])
def test_every_model(tmp_path, model, options):
    one = built(model, 2, 3, **options)
    assert export(one, tmp_path / "m.onnx").difference < 5e-5
    agree(one, tmp_path / "m.onnx", opencv=model not in NOT_IN_OPENCV)


@pytest.mark.parametrize("model", ["bicubic", "lapsrn"])
def test_two_steps(tmp_path, model):
    one = built(model, 4, 3)
    assert export(one, tmp_path / "m.onnx").difference < 1e-5
    agree(one, tmp_path / "m.onnx")


@pytest.mark.parametrize("upsampler", CATALOG["upsampler"])
def test_every_upsampler(tmp_path, upsampler):
    one = built("lapsrn", 2, 1, upsampler=upsampler)
    assert export(one, tmp_path / "m.onnx").difference < 1e-5
    agree(one, tmp_path / "m.onnx")


@pytest.mark.slow
@pytest.mark.parametrize("options", LAPSRN, ids=str)
def test_other_options(tmp_path, options):
    one = built("lapsrn", 2, 1, **options)
    assert export(one, tmp_path / "m.onnx").difference < 1e-5
    agree(one, tmp_path / "m.onnx")


def test_a_file_says_what_it_is_and_not_where_it_was_made(tmp_path):
    one, file = built("bicubic", 3, 1), tmp_path / "m.onnx"
    export(one, file)
    proto = onnx.load(file)
    said = {entry.key: entry.value for entry in proto.metadata_props}
    assert (said["name"], json.loads(said["model"]), said["scale"], said["color"]) == (
        "bicubic",
        {"use": "bicubic"},
        "3",
        "y",
    )
    assert "BT.601" in said["protocol"]
    assert json.loads(said["versions"])["torch"] == torch.__version__
    (low,), (high,) = proto.graph.input, proto.graph.output
    assert [one.dim_param or one.dim_value for one in low.type.tensor_type.shape.dim] == [
        "batch",
        1,
        "height",
        "width",
    ]
    assert [one.dim_param or one.dim_value for one in high.type.tensor_type.shape.dim][1:] == [
        1,
        "3*height",
        "3*width",
    ]
    assert {node.domain for node in proto.graph.node} == {""}  # nothing but the standard's own operations
    assert str(Path(module.__file__).parents[2]).encode() not in file.read_bytes()
    assert list(tmp_path.iterdir()) == [file]


class Other(nn.Module):
    """A network that computes something else when it is exported."""

    def forward(self, low):
        high = nn.functional.interpolate(low, scale_factor=2)
        return high + 0.01 if torch.onnx.is_in_onnx_export() else high


class Undefined(nn.Module):
    def forward(self, low):
        high = nn.functional.interpolate(low, scale_factor=2)
        return high * torch.nan if torch.onnx.is_in_onnx_export() else high


class Decides(nn.Module):
    """A network whose operations depend on values."""

    def forward(self, low):
        return low if low.mean() > 0.5 else -low


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (Other(), r"onnxruntime differs from PyTorch by 1\.0e-02 on 1x1 pixels, more than 1e-04; not written"),
        (Undefined(), r"onnxruntime differs from PyTorch by nan on 1x1 pixels"),
        (Decides(), r"mine cannot be exported: "),
    ],
    ids=["other", "nan", "decides"],
)
def test_what_fails_leaves_the_old_file(tmp_path, network, message):
    file = tmp_path / "m.onnx"
    file.write_text("old")
    with pytest.raises(ExportError, match=f"m.onnx: {message}"):
        export(loaded(network, 2), file)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_missing_package_and_a_missing_folder_are_named(tmp_path, monkeypatch):
    one = built("bicubic", 2, 1)
    with pytest.raises(ExportError, match=r"nowhere/m\.onnx: cannot be written: No such file or directory"):
        export(one, tmp_path / "nowhere" / "m.onnx")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ExportError, match=r"m\.onnx: wants the packages onnx, .*; pip install 'srkit\[onnx\]'"):
        export(one, tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []


def test_the_network_stays_as_it_was(tmp_path):
    one = built("lapsrn", 2, 1)
    before = {name: value.clone() for name, value in one.module.state_dict().items()}
    export(one, tmp_path / "m.onnx")
    assert all(torch.equal(value, before[name]) for name, value in one.module.state_dict().items())
    assert all(parameter.requires_grad for parameter in one.module.parameters())


def test_the_examples_of_the_docs(tmp_path, monkeypatch, capsys):
    page = (Path(module.__file__).parents[2] / "docs" / "speed.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    one, image = load("lapsrn-x4", load_catalog()), np.random.default_rng(0).integers(0, 256, (12, 16, 3), np.uint8)
    cv2.imwrite("photo.png", image)
    (console,) = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    command, _, wanted = console.partition("\n")
    monkeypatch.setattr(sys, "argv", shlex.split(command.removeprefix("$ ")))
    with pytest.raises(SystemExit):
        main()
    found = capsys.readouterr().out
    assert OutputChecker().check_output(wanted, found, ELLIPSIS), found
    names = {}
    for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(code, names)
    rgb = torch.from_numpy(image[..., ::-1].transpose(2, 0, 1).copy())[None] / 255
    with torch.no_grad():
        high = one.module(rgb_to_y(rgb)).numpy()
    np.testing.assert_allclose(names["high"], high, atol=1e-5)
    np.testing.assert_allclose(names["same"], high, atol=1e-5)
    shown = torch.from_numpy(cv2.imread("photo_x4.png")[..., ::-1].transpose(2, 0, 1).copy())[None] / 255
    exact = names["large"] + names["gain"][..., None]
    free = ((exact > 0) & (exact < 255)).all(-1)  # no colour was cut off
    assert free.any()
    np.testing.assert_allclose(rgb_to_y(shown).numpy()[0, 0][free], high[0, 0][free], atol=0.5 / 255)
