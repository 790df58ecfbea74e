import os
import re
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from srkit.errors import DataError, ImageError
from srkit.image import files
from srkit.image.convert import to_tensor, to_uint16
from srkit.image.search import find

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
    assert np.array_equal(files.read_full(tmp_path / "b.png"), deep[..., ::-1])


@pytest.mark.parametrize(
    ("suffix", "channels"),
    [(".png", 1), (".png", 2), (".png", 3), (".png", 4), (".tif", 1), (".tif", 3), (".tif", 4)],
)
def test_16_bits_and_alpha_survive_a_full_read(tmp_path, suffix, channels):
    deep = np.random.default_rng(0).integers(0, 65536, (7, 9, channels), dtype=np.uint16)
    path = tmp_path / f"a{suffix}"
    files.write(path, deep)
    back = files.read_full(path)
    assert back.dtype == np.uint16
    assert np.array_equal(back, deep)
    assert torch.equal(to_tensor(back)[0], torch.from_numpy(deep / np.float32(65535)).permute(2, 0, 1))
    assert np.array_equal(to_uint16(to_tensor(back)), deep)


def test_gray_with_alpha_is_gray(tmp_path):
    (tmp_path / "a.png").write_bytes(gray_with_alpha(RGB[..., 0], RGB[..., 1]))
    assert np.array_equal(files.read(tmp_path / "a.png"), RGB[..., :1])
    assert np.array_equal(files.read_full(tmp_path / "a.png"), RGB[..., :2])


def gray_with_alpha(gray, alpha):
    """A PNG of colour type 4, which OpenCV cannot write."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = gray.shape
    rows = b"".join(b"\0" + row.tobytes() for row in np.dstack([gray, alpha]))
    header = struct.pack(">IIBBBBB", width, height, 8, 4, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def turned(jpeg):
    """The same JPEG with an EXIF block that says: turn by 90 degrees."""
    entry = struct.pack("<HHII", 0x112, 3, 1, 6)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + b"\0\0\0\0"
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def test_exif_orientation_is_not_applied(tmp_path):
    plain = cv2.imencode(".jpg", RGB)[1].tobytes()
    (tmp_path / "a.jpg").write_bytes(plain)
    (tmp_path / "b.jpg").write_bytes(turned(plain))
    assert np.array_equal(files.read(tmp_path / "b.jpg"), files.read(tmp_path / "a.jpg"))
    assert files.size(tmp_path / "b.jpg") == (7, 9)


@pytest.mark.parametrize(("orientation", "shape"), [(1, (7, 9)), (3, (7, 9)), (6, (9, 7))])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_tiff_lies_as_its_tag_says_and_size_knows(tmp_path, orientation, shape, order):
    tags = {256: 9, 257: 7, 258: 8, 259: 1, 262: 1, 273: 134, 274: orientation, 277: 1, 278: 7, 279: 63}
    entries = b"".join(struct.pack(order + "HHIHxx", tag, 3, 1, value) for tag, value in tags.items())
    start = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, len(tags))
    (tmp_path / "a.tif").write_bytes(start + entries + bytes(4) + RGB[..., 0].tobytes())
    assert files.size(tmp_path / "a.tif") == shape
    assert files.read(tmp_path / "a.tif").shape == (*shape, 1)


def test_a_long_profile_before_the_header_does_not_hide_it(tmp_path, monkeypatch):
    plain = turned(cv2.imencode(".jpg", RGB)[1].tobytes())
    profile = b"\xff\xe2" + struct.pack(">H", 65535) + bytes(65533)
    (tmp_path / "a.jpg").write_bytes(plain[:2] + 8 * profile + plain[2:])
    assert files.read(tmp_path / "a.jpg").shape == (7, 9, 3)
    monkeypatch.setattr(cv2, "imdecode", None)
    assert files.size(tmp_path / "a.jpg") == (7, 9)


def test_what_follows_the_end_mark_is_no_flaw(tmp_path):
    """Phones append a film, editors a note; the end mark of a thumbnail within a segment is not the end."""
    for suffix in (".png", ".jpg"):
        data = cv2.imencode(suffix, RGB)[1].tobytes()
        (tmp_path / f"a{suffix}").write_bytes(data + bytes(10000))
        assert files.read(tmp_path / f"a{suffix}").shape == (7, 9, 3)
    jpeg = cv2.imencode(".jpg", RGB)[1].tobytes()
    thumbnail = b"\xff\xe1" + struct.pack(">H", len(jpeg) + 2) + jpeg
    (tmp_path / "b.jpg").write_bytes(jpeg[:2] + thumbnail + jpeg[2:-20])
    with pytest.raises(ImageError, match="premature end of jpeg file"):
        files.read(tmp_path / "b.jpg")


def test_progressive_scans_are_walked_through(tmp_path):
    data = cv2.imencode(
        ".jpg", RGB.repeat(9, 0), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1, cv2.IMWRITE_JPEG_RST_INTERVAL, 1]
    )
    whole = data[1].tobytes()
    assert whole.count(b"\xff\xda") > 3
    (tmp_path / "a.jpg").write_bytes(whole)
    assert files.read(tmp_path / "a.jpg").shape == (63, 9, 3)
    (tmp_path / "b.jpg").write_bytes(whole[: whole.rindex(b"\xff\xda") + 12])
    with pytest.raises(ImageError, match="premature end of jpeg file"):
        files.read(tmp_path / "b.jpg")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp", ".tif"])
def test_sizes_come_from_the_header(tmp_path, suffix, monkeypatch):
    path = tmp_path / f"a{suffix}"
    files.write(path, RGB)
    monkeypatch.setattr(cv2, "imdecode", None)
    assert files.size(path) == (7, 9)


DAMAGED = "wants an image that can be decoded, found one that is cut off or damaged"
CUT_JPEG = "wants an image that can be decoded, found a damaged one: premature end of jpeg file"
FLOAT = (
    "wants an image that can be decoded, found floats from 0 to 10.2; divide by the largest possible value, "
    "so that they lie in [0,1]"
)


def broken():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    png, jpeg, webp, bmp, tiff = (
        cv2.imencode(suffix, noise)[1].tobytes() for suffix in (".png", ".jpg", ".webp", ".bmp", ".tif")
    )
    return {
        "empty.png": (b"", "wants an image, found an empty file"),
        "text.png": (
            b"hello, this is no image",
            "wants an image, found a file of another kind",
        ),
        "cut.png": (png[:5000], "wants a whole image, found one that is cut off after 5,000 bytes"),
        "cut.jpg": (
            jpeg[:2000],
            "wants an image that can be decoded, found a damaged one: premature end of jpeg file",
        ),
        "damaged.png": (
            png[:6000] + bytes([png[6000] ^ 1]) + png[6001:],
            "wants a whole image, found one that has a damaged chunk 'IDAT'",
        ),
        "header.png": (png[:20], "wants an image, found a PNG with a broken header"),
        "flat.png": (
            png[:16] + struct.pack(">II", 64, 0) + png[24:],
            "wants an image, found a PNG with a broken header",
        ),
        "cut.webp": (webp[:5000], DAMAGED),
        "cut.bmp": (bmp[:5000], DAMAGED),
        "cut.tif": (tiff[:5000], "wants an image, found a TIFF with a broken header"),
        "float.tif": (cv2.imencode(".tif", noise / np.float32(25))[1].tobytes(), FLOAT),
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
    assert capfd.readouterr() == ("", "")  # no decoder prints anything beside the error


def test_what_is_no_file_is_named(tmp_path):
    with pytest.raises(ImageError, match=r"a\.png: cannot be read: No such file or directory"):
        files.read(tmp_path / "a.png")
    with pytest.raises(ImageError, match="wants an image file, found a folder"):
        files.read(tmp_path)
    with pytest.raises(ImageError, match=r"cannot be encoded; use one of \.png"):
        files.write(tmp_path / "a.doc", RGB)
    for name, image, what in (
        ("a.jpg", RGB.astype(np.uint16), r"cannot hold 16 bits a channel; use one of \.png"),
        ("a.bmp", RGB[..., [0, 1, 2, 0]], r"cannot hold alpha; use one of \.png"),
    ):
        with pytest.raises(ImageError, match=re.escape(f"{tmp_path / name}: ") + what):
            files.write(tmp_path / name, image)


def test_find_is_sorted_recursive_and_refuses_what_has_no_images(tmp_path):
    with pytest.raises(DataError, match=r"wants images .* found none"):
        find(tmp_path)
    with pytest.raises(DataError, match="wants a folder of images, found nothing of that name"):
        find(tmp_path / "none")
    for name in ("b.PNG", "sub/a.jpg", ".hidden.png", ".trash/d.png", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [path.name for path in find(tmp_path)] == ["b.PNG", "a.jpg"]


def test_linked_folders_are_followed_once_and_without_end(tmp_path):
    root, other = tmp_path / "root", tmp_path / "other"
    for name in (root / "sub" / "a.png", other / "deep" / "b.png", tmp_path / "beside.png"):
        name.parent.mkdir(parents=True, exist_ok=True)
        name.touch()
    (root / "more").symlink_to("../other")
    (root / "again").symlink_to("../other/deep")
    (root / "early").symlink_to("sub")  # the plain name stays
    (root / "sub" / "loop").symlink_to("..")
    (root / "up").symlink_to("../..")
    (other / "back").symlink_to("../root")
    (root / ".hidden").symlink_to("../other")
    found = [path.relative_to(root).as_posix() for path in find(root)]
    assert found == ["again/b.png", "sub/a.png"]
    (root / "again").unlink()
    found = [path.relative_to(root).as_posix() for path in find(root)]
    assert found == ["more/deep/b.png", "sub/a.png"]


def test_a_link_that_leads_nowhere_is_a_missing_image_not_none(tmp_path):
    (tmp_path / "a.png").symlink_to(tmp_path / "gone.png")
    (found,) = find(tmp_path)
    with pytest.raises(ImageError, match=r"a\.png: cannot be read: No such file or directory"):
        files.size(found)


def test_a_folder_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    (tmp_path / "a.png").touch()
    (tmp_path / "closed").mkdir()
    look = os.scandir

    def guarded(path):  # to root, no folder is closed
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr("os.scandir", guarded)
    with pytest.raises(DataError, match=r"closed: cannot be read: Permission denied"):
        find(tmp_path)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    files.write(path, RGB)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ImageError, match=r"a\.png: cannot be written: No space left on device"):
        files.write(path, RGB[:3])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
