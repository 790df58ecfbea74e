"""Commands say which reader read a file of weights, and a dry run says which others would."""

import cv2
import numpy as np
import pytest

READERS = """
import torch
from torch import nn
from srkit.network.network import Network

class Reader:
    def __init__(self, build): ...
    def accepts(self, file): return file.suffix == ".twice"
    def read(self, file): return Network.of(nn.Upsample(scale_factor=2), 2, "rgb", name=file.stem)

@srkit.reader("first")
class First(Reader):
    "A file of nothing."

@srkit.reader("second")
class Second(Reader):
    "A file of nothing, too."

srkit_parts = srkit.hookimpl(lambda: [First, Second], specname="srkit_parts")
"""


@pytest.fixture
def photo(install, tmp_path, monkeypatch):
    install("srkit-twice", READERS)
    monkeypatch.setenv("SRKIT_PLUGINS", "srkit-twice")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "w.twice").touch()
    cv2.imwrite("photo.png", np.zeros((20, 20, 3), np.uint8))
    return tmp_path / "photo.png"


def test_a_dry_run_says_which_readers_would_read_the_file(srkit, photo):
    said = srkit("upscale", "photo.png", "--precision", "fp32", "--model", "w.twice", "--dry-run")[1].splitlines()
    assert said[0] == "w, x2, cpu in fp32, read by first"
    assert said[1] == "note: second would read w.twice too; choose by --model '{use: second, file: w.twice}'"
    said = srkit(
        "upscale", "photo.png", "--precision", "fp32", "--model", "{use: second, file: w.twice}", "--dry-run"
    )[1].splitlines()
    assert said[0] == "w, x2, cpu in fp32, read by second"
    assert "would read" not in said[1]
    assert srkit("upscale", "photo.png", "--precision", "fp32", "--model", "w.twice")[1].startswith(
        "w, x2, cpu in fp32, read by first\n"
    )


def test_nothing_is_said_of_srkits_own_files(srkit, photo, zoo):
    assert ", read by" not in srkit("upscale", "photo.png", "--dry-run")[1]
