import re
import struct

import cv2
import numpy as np
import pytest

from srkit.errors import DataError, ImageError
from srkit.image import files

RGB = np.random.default_rng(0).integers(0, 256, (7, 9, 3), dtype=np.uint8)


@pytest.mark.parametrize("suffix", [".png", ".webp", ".bmp", ".tif"])
def test_lossless_formats_give_back_what_was_written(tmp_path, suffix):
    path = tmp_path / f"an imäge{suffix}"
    files.write(path, RGB)
    assert np.array_equal(files.read(path), RGB)
    assert files.size(path) == (7, 9)


def test_gray_stays_gray(tmp_path):
    files.write(tmp_path / "a.png", RGB[..., :1])
    assert np.array_equal(files.read(tmp_path / "a.png"), RGB[..., :1])


def test_alpha_is_dropped_and_16_bits_are_rounded(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.dstack([RGB[..., ::-1], RGB[..., 0]]))
    assert np.array_equal(files.read(tmp_path / "a.png"), RGB)
    deep = RGB[..., ::-1].astype(np.uint16).clip(0, 254) * 257 + 100
    cv2.imwrite(str(tmp_path / "b.png"), deep)
    assert np.array_equal(files.read(tmp_path / "b.png"), RGB.clip(0, 254))
    assert np.array_equal(files.read_deep(tmp_path / "b.png"), deep[..., ::-1])


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp"])
def test_sizes_come_from_the_header(tmp_path, suffix, monkeypatch):
    path = tmp_path / f"a{suffix}"
    files.write(path, RGB)
    monkeypatch.setattr(cv2, "imdecode", None)
    assert files.size(path) == (7, 9)


def broken():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    png, jpeg = (cv2.imencode(suffix, noise)[1].tobytes() for suffix in (".png", ".jpg"))
    return {
        "empty.png": (b"", "wants an image, found an empty file"),
        "text.png": (b"hello, this is no image", "wants an image, found a file of another kind"),
        "cut.png": (png[:5000], "wants a whole image, found one that is cut off after 5,000 bytes"),
        "cut.jpg": (jpeg[:2000], "wants a whole image, found one that is cut off after 2,000 bytes"),
        "huge.png": (
            png[:16] + struct.pack(">II", 40000, 40000) + png[24:],
            "wants at most 268,435,456 pixels, its header says 40000 x 40000",
        ),
    }


@pytest.mark.parametrize("name", broken())
def test_a_bad_file_is_named(tmp_path, name, capfd):
    data, message = broken()[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ImageError, match="^" + re.escape(f"{path}: {message}") + "$"):
        files.read(path)
    capfd.readouterr()


def test_what_is_no_file_is_named(tmp_path):
    with pytest.raises(ImageError, match=r"a\.png: cannot be read: No such file or directory"):
        files.read(tmp_path / "a.png")
    with pytest.raises(ImageError, match="wants an image file, found a folder"):
        files.read(tmp_path)
    with pytest.raises(ImageError, match=r"cannot be encoded; use one of \.png"):
        files.write(tmp_path / "a.doc", RGB)


def test_find_is_sorted_recursive_and_refuses_what_has_no_images(tmp_path):
    with pytest.raises(DataError, match=r"wants images .* found none"):
        files.find(tmp_path)
    with pytest.raises(DataError, match="wants a folder of images, found nothing of that name"):
        files.find(tmp_path / "none")
    for name in ("b.PNG", "sub/a.jpg", ".hidden.png", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [path.name for path in files.find(tmp_path)] == ["b.PNG", "a.jpg"]


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    files.write(path, RGB)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(ImageError, match=r"a\.png: cannot be written: No space left on device"):
        files.write(path, RGB[:3])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
