import shutil
import struct
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from srkit.datasets.archive import archive
from srkit.datasets.folder import folder
from srkit.errors import DataError, ImageError
from srkit.image.files import write
from srkit.run.image_digest import image_digest


@pytest.fixture
def images(tmp_path):
    """A folder of five images, with what an archive may have beside them."""
    random = np.random.default_rng(0)
    place = tmp_path / "images"
    for name in ("b.png", "a.bmp", "deep/c.webp", "deep/d.png", "deep-e/f.png", ".hidden/e.png"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        write(place / name, random.integers(0, 256, (12, 17, 3), dtype=np.uint8))
    (place / "notes.txt").write_text("no image")
    return place


@pytest.fixture(params=["zip", "tar"])
def packed(images, request):
    return shutil.make_archive(str(images.parent / "set"), request.param, images)


def test_it_is_the_folder_that_was_packed(images, packed, tmp_path):
    wanted, found = folder(path=images), archive(path=tmp_path / packed)
    assert list(found.names) == list(wanted.names) == ["a", "b", "deep/c", "deep/d", "deep-e/f"]
    assert [found.size(index) for index in range(5)] == [(12, 17)] * 5
    with ThreadPoolExecutor(4) as threads:
        decoded = list(threads.map(found.high, list(range(5)) * 3))
    for index, pixels in enumerate(decoded):
        assert np.array_equal(pixels, wanted.high(index % 5))
    assert image_digest(found) == image_digest(wanted)
    assert len({found.key(index) for index in range(5)}) == 5


def test_a_folder_and_a_split_of_it_can_be_chosen(packed, tmp_path):
    assert archive(path=tmp_path / packed, folder="deep").names == ["c", "d"]
    parts = [
        archive(path=tmp_path / packed, split=split, shares=[2, 1, 1]) for split in ("train", "validate", "test")
    ]
    assert [len(part) for part in parts] == [3, 1, 1]
    with pytest.raises(DataError, match=r"set\.\w+: wants images in its folder 'dep', found none there$"):
        archive(path=tmp_path / packed, folder="dep")


def test_the_key_follows_the_archive(packed, images, tmp_path):
    before = archive(path=tmp_path / packed).key(0)
    write(images / "z.png", np.zeros((3, 3, 3), np.uint8))
    shutil.make_archive(str(tmp_path / "set"), packed.rpartition(".")[2], images)
    assert archive(path=tmp_path / packed).key(0) != before


def test_an_image_is_deflated_or_stored(images, tmp_path):
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(tmp_path / "set.zip", "w", method) as file:
            file.write(images / "b.png", "b.png")
        assert np.array_equal(archive(path=tmp_path / "set.zip").high(0), folder(path=images).high(1))


def test_a_header_behind_a_long_profile_is_found(tmp_path):
    write(tmp_path / "a.jpg", np.zeros((5, 7, 3), np.uint8))
    data = (tmp_path / "a.jpg").read_bytes()
    segment = b"\xff\xeb" + struct.pack(">H", 60_000) + bytes(59_998)
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as file:
        file.writestr("a.jpg", data[:2] + 2 * segment + data[2:])
    assert archive(path=tmp_path / "set.zip").size(0) == (5, 7)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.png", b"", r"set\.zip/a\.png: wants an image, found an empty file$"),
        ("a.png", b"8BPS and more", r"set\.zip/a\.png: wants a PNG, .* or HEIC, found a Photoshop file$"),
        ("../a.png", b"x", r"set\.zip: wants names of paths within the archive, found '\.\./a\.png'$"),
        ("a.txt", b"x", r"set\.zip: wants images \(\.png, .*\) in it, found none$"),
    ],
)
def test_a_member_that_is_no_image_is_named(tmp_path, name, content, message):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as file:
        file.writestr(name, content)
    with pytest.raises((ImageError, DataError), match=message):
        archive(path=tmp_path / "set.zip")


def test_a_damaged_member_is_named_when_it_is_read(images, tmp_path):
    path = tmp_path / "set.zip"
    for method, message in (
        (zipfile.ZIP_STORED, r"set\.zip/a\.bmp: is damaged: it does not have the checksum that the archive gives$"),
        (zipfile.ZIP_DEFLATED, r"set\.zip/a\.bmp: is damaged: "),
    ):
        with zipfile.ZipFile(path, "w", method) as file:
            file.write(images / "a.bmp", "a.bmp")
            header = file.getinfo("a.bmp")
        found = archive(path=path)
        data = bytearray(path.read_bytes())
        middle = header.header_offset + header.compress_size // 2 + 30
        data[middle : middle + 40] = bytes(40)
        path.write_bytes(data)
        with pytest.raises(ImageError, match=message):
            found.high(0)
        path.write_bytes(data[:200])
        with pytest.raises(ImageError, match=r"set\.zip/a\.bmp: wants a whole archive, found one that is cut off$"):
            found.high(0)


def test_an_encrypted_or_oddly_packed_member_is_refused(images, tmp_path):
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as file:
        file.write(images / "b.png", "b.png")
    message = r"set\.zip/b\.png: wants an image that is stored or deflated, found another compression; unpack"
    with pytest.raises(DataError, match=message):
        archive(path=path)
    with zipfile.ZipFile(path, "w") as file:
        file.write(images / "b.png", "b.png")
        central = file.fp.tell()
    data = bytearray(path.read_bytes())
    data[central + 8] |= 1  # the flag in the directory at the end
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"found one that is encrypted; unpack the archive, or pack it again$"):
        archive(path=path)


def test_what_is_no_archive_is_refused(images, tmp_path):
    (tmp_path / "text.zip").write_text("no archive")
    with tarfile.open(tmp_path / "set.tar.gz", "w:gz") as file:
        file.add(images / "b.png", "b.png")
    for name, message in {
        "none.zip": r"found nothing of that name$",
        "images": r"found a folder$",
        "text.zip": r"found a file of another kind$",
        "set.tar.gz": r"found a file compressed by gzip, which can only be read from its beginning on; unpack it, "
        r"or pack it as a zip or a plain tar: images are compressed already$",
    }.items():
        with pytest.raises(DataError, match=rf"{name}: wants a zip or an uncompressed tar of images, {message}"):
            archive(path=tmp_path / name)
