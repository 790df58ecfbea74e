"""Pictures of formats that srkit does not read are named by the commands that read folders of images."""

import numpy as np
import pytest

from srkit.image.files import write

PHOTO = np.random.default_rng(0).integers(0, 256, (48, 48, 3), np.uint8)
NOTE = "2 left out: of a format that srkit does not read (plan.psd, raw.nef)"


@pytest.fixture
def folder(tmp_path):
    for place in ("high", "low"):
        (tmp_path / place).mkdir()
        write(tmp_path / place / "a.png", PHOTO if place == "high" else PHOTO[:24, :24])
    for name in ("plan.psd", "raw.nef"):
        (tmp_path / "high" / name).write_bytes(b"8BPS")
    return tmp_path / "high"


def test_evaluate_names_them_and_its_json_stays_json(srkit, folder):
    code, out, err = srkit("evaluate", "bicubic", folder, "--scale", 2, "--json")
    assert (code, out[0], err) == (0, "{", f"note: {folder}: {NOTE}\n")
    words = ["--scale", 2, "--lr", folder.with_name("low")]
    assert srkit("evaluate", "bicubic", folder, *words)[2] == f"note: {folder}: {NOTE}\n"
    assert srkit("evaluate", "bicubic", folder.with_name("low"), "--scale", 2)[2] == ""


def test_check_names_them_once_for_a_folder(srkit, folder, tiny_config):
    write(folder / "b.png", PHOTO[::-1])
    write(folder / "c.png", PHOTO[:, ::-1])
    splits = ("train", "validate", "test")
    parts = [f"data.{split}.split={split}" for split in splits]
    words = [f"data.{split}={{use: folder, path: {folder}, shares: [1, 1, 1]}}" for split in splits]
    code, out, err = srkit("check", tiny_config, *words, *parts)
    assert (code, err) == (0, f"note: data.train: {NOTE}\n")
    mixed = f"data.train={{use: mix, sources: {{one: {{images: {{use: folder, path: {folder}}}}}}}}}"
    assert srkit("check", tiny_config, mixed)[2] == f"note: data.train: {NOTE}\n"
    assert "1 images to train on, 1 to validate, 1 to test" in out
