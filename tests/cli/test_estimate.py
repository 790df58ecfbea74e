import json
import re

import cv2
import numpy as np
import pytest

from srkit.image.files import read, write
from srkit.records.estimate import EstimateFile

PHOTO = cv2.resize(np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8), (32, 24))


@pytest.fixture
def trip(tmp_path):
    """A folder of photographs: colour, gray, and with transparency in a folder below."""
    folder = tmp_path / "trip"
    (folder / "day 2").mkdir(parents=True)
    write(folder / "a.jpg", PHOTO)
    write(folder / "b.png", PHOTO[..., :1])
    write(folder / "day 2" / "c.png", np.dstack([PHOTO, PHOTO[..., 0]]))
    return folder


def test_every_photograph_gets_a_kernel_a_record_and_a_picture(srkit, trip, tmp_path):
    code, out, err = srkit("estimate", "{use: average, count: 4}", trip, "-o", tmp_path / "k", "--matlab")
    assert (code, err) == (0, "")
    shown = re.sub(r"\d+\.?\d* s", "0 s", out)
    assert shown.splitlines() == [
        "average, x2, cpu",
        *(
            f"{trip / name} -> {tmp_path / 'k' / target}_x2.kernel.npy  0 s"
            for name, target in (("a.jpg", "a"), ("b.png", "b"), ("day 2/c.png", "day 2/c"))
        ),
        "3 of 3 estimated in 0 s",
    ]
    kernel = np.load(tmp_path / "k" / "day 2" / "c_x2.kernel.npy")
    assert kernel.shape == (11, 11)
    assert kernel.sum() == pytest.approx(1)
    record = EstimateFile.read(tmp_path / "k" / "b_x2.kernel.json")
    assert (record.source, record.size, record.scale, record.seed, record.side) == (
        str(trip / "b.png"),
        (32, 24),
        2,
        0,
        11,
    )
    assert record.estimator["count"] == 4
    assert record.estimator["degradation"]["use"] == "anisotropic_gaussian"
    assert record.centre == pytest.approx([0.5, 0.5], abs=0.01)
    assert read(tmp_path / "k" / "a_x2.kernel.png").shape == (350, 600, 3)
    assert (tmp_path / "k" / "a_x2.kernel.mat").stat().st_size == 20 + 7 + 8 * 121


def test_the_kernel_serves_a_method(srkit, trip, tmp_path):
    assert srkit("estimate", "bicubic", trip / "a.jpg", "-o", tmp_path / "k", "--scale", 3)[0] == 0
    file = tmp_path / "k" / "a_x3.kernel.npy"
    method = f"{{use: back_projection, steps: 1, estimator: {{use: stored, file: '{file}'}}}}"
    assert srkit("upscale", trip / "a.jpg", "--scale", 3, "--model", method, "-o", tmp_path / "large")[0] == 0
    assert read(tmp_path / "large" / "a_x3.jpg").shape == (72, 96, 3)


def test_what_cannot_be_estimated_is_named_and_the_rest_is_done(srkit, trip, tmp_path, install):
    install(
        "srkit-picky",
        """
from srkit.errors import SrkitError
import torch
@srkit.estimator("picky")
class Picky:
    "Wants colour."
    least = 24
    def __init__(self, scale: int) -> None: pass
    def __call__(self, low, draws):
        if low.shape[1] == 1:
            raise SrkitError("wants colour, found gray")
        return torch.ones(1, 1, 1)
@srkit.hookimpl
def srkit_parts(): return [Picky]
""",
    )
    write(trip / "small.png", PHOTO[:20])
    code, out, err = srkit("estimate", "picky", trip, "-o", tmp_path / "k")
    assert code == 1
    assert err.splitlines() == [
        f"{trip / 'b.png'}: wants colour, found gray",
        f"{trip / 'small.png'}: wants 24 x 24 pixels or more, found 32 x 20; smaller images say too little of "
        "their kernel",
    ]
    assert "2 of 4 estimated" in out


def test_nothing_is_overwritten_and_a_stop_is_gone_on_from(srkit, trip, tmp_path):
    words = ("estimate", "bicubic", trip / "a.jpg", "-o", tmp_path / "k")
    assert srkit(*words)[0] == 0
    file = tmp_path / "k" / "a_x2.kernel.json"
    before = json.loads(file.read_text())
    code, _, err = srkit(*words)
    assert code == 2
    assert err.splitlines() == [
        *(f"{file.with_suffix(suffix)}: exists already" for suffix in (".json", ".png", ".npy")),
        "--skip-existing goes on with the others, --overwrite replaces them",
    ]
    assert "1 left out: exist already" in srkit(*words, "--skip-existing")[1]
    assert srkit(*words, "--overwrite", "--seed", 3)[0] == 0
    assert json.loads(file.read_text())["seed"] == before["seed"] + 3


def test_wrong_words_are_refused(srkit, trip, tmp_path):
    photo = trip / "a.jpg"
    assert srkit("estimate", "bicubik", photo, "-o", tmp_path / "k")[::2] == (
        2,
        "estimator 'bicubik': use: no estimator called 'bicubik'; did you mean 'bicubic'?\n",
    )
    assert srkit("estimate", "bicubic", photo, "-o", tmp_path / "k.npy")[::2] == (
        2,
        f"{tmp_path / 'k.npy'}: names a file; give a folder\n",
    )
    both = srkit("estimate", "bicubic", photo, "-o", tmp_path / "k", "--overwrite", "--skip-existing")
    assert both[::2] == (2, "--overwrite and --skip-existing: give one of them\n")
