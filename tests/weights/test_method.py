"""Commands and Python take a method where they take a network."""

import json

import numpy as np
import pytest

import srkit as package
from srkit.errors import CheckpointError, ConfigError, ExportError
from srkit.exporters.onnx import Onnx
from srkit.image.files import read_full, write
from srkit.image.resize import imresize
from srkit.plugins import load_catalog
from srkit.weights.load import load, load_for

METHOD = "{use: back_projection, steps: 3}"
SMOOTH = imresize(np.random.default_rng(0).integers(0, 256, (12, 14, 3), dtype=np.uint8), 6)

RANDOM = """
import torch

@srkit.method("random")
class Random:
    \"\"\"Noise.\"\"\"

    def __init__(self, scale):
        self.scale = scale

    def __call__(self, low, draws):
        return draws.uniform(low.shape[1], low.shape[2] * self.scale, low.shape[3] * self.scale).to(low)
"""
HOOK = """
@srkit.hookimpl
def srkit_parts():
    return [Random]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images").mkdir()
    write(tmp_path / "images" / "a.png", SMOOTH)
    return tmp_path / "images"


def test_a_method_is_named_alone_or_with_its_options(catalog):
    for what in ("back_projection", {"use": "back_projection", "steps": 3}):
        loaded = load(what, catalog, 3)
        assert (loaded.name, loaded.scale, loaded.needs.whole, loaded.learns) == ("back_projection", 3, True, False)
    assert load_for({"use": "back_projection"}, 2.5, catalog)[0][0].scale == 3
    for what, scale, message in (
        ("back_projection", None, "back_projection: has no scale of its own; give --scale"),
        ({"use": "back_projection"}, 1, "--scale 1: wants 2 or more"),
        ("back_projektion", 2, "found none of them; did you mean 'back_projection'"),
        ({"use": "back_projektion"}, 2, r"or a method \(use\) with its options; did you mean 'back_projection'"),
    ):
        with pytest.raises(CheckpointError, match=message):
            load(what, catalog, scale)
    with pytest.raises(ConfigError, match="stps: unknown option; did you mean 'steps'"):
        load({"use": "back_projection", "stps": 3}, catalog, 2)


def test_evaluate_and_upscale_take_a_method(srkit, folder, tmp_path):
    def psnr(model, *words):
        out = srkit("evaluate", model, folder, "--scale", 2, "--device", "cpu", "--json", *words)[1]
        return json.loads(out)["scores"]["psnr"]

    assert psnr(METHOD) > psnr("bicubic") + 0.3
    assert psnr(METHOD, "--space", "y") > psnr("bicubic", "--space", "y") + 0.3
    code, _, err = srkit("upscale", folder, "--model", METHOD, "--scale", 2, "-o", tmp_path / "large")
    assert (code, err) == (0, "")
    model = package.load({"use": "back_projection", "steps": 3}, scale=2, device="cpu")
    assert np.array_equal(model(SMOOTH), read_full(tmp_path / "large" / "a_x2.png"))
    with_alpha = np.dstack([SMOOTH, SMOOTH[..., 0]])
    assert model(with_alpha).shape == (144, 168, 4)


def test_the_seed_is_that_of_the_method(install, srkit, folder, tmp_path):
    install("random-method", RANDOM + HOOK)

    def large(seed):
        words = ("--model", "random", "--scale", 2, "--seed", seed, "-o", tmp_path / f"{seed}.png", "--overwrite")
        assert srkit("upscale", folder / "a.png", *words)[0] == 0
        return read_full(tmp_path / f"{seed}.png")

    first = large(1)
    assert np.array_equal(first, large(1))
    assert not np.array_equal(first, large(2))
    model = package.load("random", scale=2, seed=1, device="cpu")
    assert np.array_equal(first, model(SMOOTH))
    words = ("evaluate", "random", folder, "--scale", 2, "--json")
    assert srkit(*words, "--seed", 1)[1] != srkit(*words, "--seed", 2)[1]


def test_a_method_is_no_file_for_other_runtimes(catalog, tmp_path, monkeypatch):
    monkeypatch.setattr("srkit.exporters.onnx._want_packages", lambda target: None)
    with pytest.raises(ExportError, match=r"x\.onnx: wants a network, found the method back_projection, which "):
        Onnx()(load("back_projection", load_catalog([]), 2), tmp_path / "x.onnx")
