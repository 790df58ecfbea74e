"""The Python interface for users: load and upscale."""

import subprocess
import sys

import cv2
import numpy as np
import pytest

import srkit
from srkit.cli.main import main
from srkit.errors import CheckpointError
from srkit.image.files import read_full, write

PHOTO = cv2.resize(np.random.default_rng(0).integers(0, 256, (6, 8, 4), dtype=np.uint8), (32, 24))


def test_importing_srkit_costs_nothing():
    heavy = "{'torch', 'numpy', 'cv2', 'PIL', 'omegaconf', 'srkit.plugins'}"
    code = f"import sys, srkit; sys.exit(', '.join({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip() == ""


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_python_gives_what_the_command_gives(zoo, tmp_path, monkeypatch, dtype):
    image = PHOTO.astype(dtype) * (np.iinfo(dtype).max // 255)
    write(tmp_path / "a.png", image)
    monkeypatch.setattr(
        sys, "argv", ["srkit", "upscale", str(tmp_path / "a.png"), "--scale", "3", "--device", "cpu"]
    )
    with pytest.raises(SystemExit):
        main()
    model = srkit.load("lapsrn-x4", device="cpu")
    found = srkit.upscale(image, model, scale=3)
    assert np.array_equal(found, read_full(tmp_path / "a_x3.png"))
    assert np.array_equal(found, model(image, 3))


def test_the_network_may_be_left_out_or_named(zoo):
    assert srkit.upscale(PHOTO).shape == (48, 64, 4)
    assert srkit.upscale(PHOTO, scale=2.5).shape == (60, 80, 4)
    assert srkit.upscale(PHOTO, "lapsrn-x4").shape == (96, 128, 4)
    assert srkit.upscale(PHOTO, scale=5).shape == (120, 160, 4)
    assert srkit.upscale(PHOTO, "bicubic", scale=3).shape == (72, 96, 4)
    assert repr(srkit.load("lapsrn-x2", device="cpu", precision="fp32")) == "Upscaler('lapsrn-x2', x2, cpu, fp32)"


def test_what_is_not_there_is_named(zoo):
    with pytest.raises(CheckpointError, match=r"lapsnr-x2: .*; did you mean 'lapsrn-x2'"):
        srkit.load("lapsnr-x2")
    with pytest.raises(CheckpointError, match="scale 65: wants at most 64, which takes 3 networks"):
        srkit.load(scale=65)
