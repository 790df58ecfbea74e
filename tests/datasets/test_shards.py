import os
import shutil
import subprocess
import tarfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from srkit.data import shard_index as room
from srkit.data.watcher import WATCHER, Watcher
from srkit.datasets.archive import archive
from srkit.datasets.folder import folder
from srkit.datasets.shards import shards
from srkit.errors import DataError, ImageError
from srkit.image.files import write
from srkit.run.image_digest import image_digest

NAMES = ("a-b/1.png", "a/2.png", "a/3.webp", "a/deep/4.png", "b.png", ".hidden/5.png")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def images(tmp_path):
    """A folder of five images, with what a shard may have beside them."""
    random = np.random.default_rng(0)
    place = tmp_path / "images"
    for index, name in enumerate(NAMES):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        write(place / name, random.integers(0, 256, (12 + index, 17, 3), dtype=np.uint8))
    (place / "b.json").write_text("{}")
    return place


def pack(place, name, images, *members):
    """Pack members of a folder in an order of our own, into an old tar."""
    place.mkdir(exist_ok=True)
    with tarfile.open(place / name, "w") as opened:
        for member in members:
            opened.add(images / member, f"./{member}")
    os.utime(place / name, (1e9, 1e9))
    return place / name


@pytest.fixture
def packed(images, tmp_path):
    """The same images in two shards."""
    pack(tmp_path / "packed", "1.tar", images, "b.png", "a/3.webp", "b.json", ".hidden/5.png")
    pack(tmp_path / "packed", "0.tar", images, "a/deep/4.png", "a-b/1.png", "a/2.png")
    return tmp_path / "packed"


def test_it_is_the_folder_that_was_packed(images, packed):
    wanted, found = folder(path=images), shards(path=packed)
    assert list(found.names) == list(wanted.names) == ["a/2", "a/3", "a/deep/4", "a-b/1", "b"]
    assert [found.size(index) for index in range(5)] == [wanted.size(index) for index in range(5)]
    with ThreadPoolExecutor(4) as threads:
        decoded = list(threads.map(found.high, list(range(5)) * 3))
    for index, pixels in enumerate(decoded):
        assert np.array_equal(pixels, wanted.high(index % 5))
    assert image_digest(found) == image_digest(wanted)
    assert len({found.key(index) for index in range(5)}) == 5


def test_tar_of_the_documentation_packs_a_folder(images, tmp_path):
    done = subprocess.run(
        ["tar", "--sort=name", "-cf", tmp_path / "all.tar", "-C", images, "."], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"wants GNU tar: {done.stderr}")
    assert image_digest(shards(path=tmp_path / "all.tar")) == image_digest(folder(path=images))


def test_splits_are_those_of_the_folder(images, packed):
    for split in ("train", "validate", "test"):
        wanted, found = (
            part(path=path, split=split, shares=[3, 1, 1]) for part, path in ((folder, images), (shards, packed))
        )
        assert image_digest(found) == image_digest(wanted)


def test_a_shard_is_read_once(packed, monkeypatch, images):
    reads = []
    headers, contents = room.ShardIndex._headers, room.ShardIndex._contents
    monkeypatch.setattr(room.ShardIndex, "_headers", lambda one: reads.append(one.shard.name) or headers(one))
    monkeypatch.setattr(room.ShardIndex, "_contents", lambda one: reads.append(one.shard.name) or contents(one))
    wanted = image_digest(shards(path=packed))
    assert sorted(reads) == ["0.tar", "0.tar", "1.tar", "1.tar"]
    assert image_digest(shards(path=packed)) == wanted
    assert len(reads) == 4
    write(images / "b.png", np.zeros((40, 40, 3), np.uint8))
    pack(packed, "1.tar", images, "a/3.webp", "b.png")
    os.utime(packed / "1.tar", (1e9 + 1, 1e9 + 1))
    assert image_digest(shards(path=packed)) == image_digest(folder(path=images)) != wanted
    assert reads[4:] == ["1.tar", "1.tar"]
    for file in packed.parent.rglob("*.npz"):
        file.write_bytes(file.read_bytes()[:-9])
    assert image_digest(shards(path=packed)) == image_digest(folder(path=images))


def test_a_cache_that_cannot_be_written_is_told_for_each_shard(packed, tmp_path):
    (tmp_path / "cache").touch()
    told = []

    class Listener(Watcher):
        def say(self, text):
            told.append(text.partition(": ")[2])

    before = WATCHER.set(Listener())
    try:
        shards(path=packed)
    finally:
        WATCHER.reset(before)
    assert sorted(told) == [
        f"cannot be written: Not a directory; the images in {packed / name} are read again at the next start. "
        "XDG_CACHE_HOME names another cache folder"
        for name in ("0.tar", "1.tar")
    ]


def test_a_shard_that_changes_while_it_is_used_is_refused(packed, images):
    found = shards(path=packed)
    key = found.key(0)
    pack(packed, "0.tar", images, "a/2.png", "a/deep/4.png", "a-b/1.png")
    os.utime(packed / "0.tar", (1e9 + 1, 1e9 + 1))
    assert found.key(0) != key
    with pytest.raises(ImageError, match=r"0\.tar: wants the shard as it was opened, found one that was changed"):
        found.high(0)


def appended(tar, data):
    tar.write_bytes(tar.read_bytes() + data)


def cut(tar, end):
    tar.write_bytes(tar.read_bytes()[:end])


def end_of_members(tar):
    with tarfile.open(tar) as opened:
        opened.getmembers()
        return opened.offset


END = r"wants a whole tar, found one that is cut off: the mark of its end is missing; copy it or pack it again$"
NONE = r"wants a whole tar, found a file that is none or is damaged: "
MORE = r"wants one whole tar, found more behind its last member, from byte [\d,]+ on: it is damaged, or several"


DAMAGES = {
    "cut behind a member": (lambda tar: cut(tar, end_of_members(tar)), END),
    "cut in a member": (lambda tar: cut(tar, end_of_members(tar) - 600), NONE + "unexpected end of data$"),
    "cut in a header": (lambda tar: cut(tar, 100), NONE + "truncated header$"),
    "empty": (lambda tar: tar.write_bytes(b""), NONE + "empty file$"),
    "of another kind": (lambda tar: tar.write_bytes(b"no tar" * 200), NONE + "(invalid header|bad checksum)"),
    "two tars": (lambda tar: appended(tar, tar.read_bytes()), MORE),
    "rubbish": (lambda tar: cut(tar, end_of_members(tar)) or appended(tar, b"rubbish!" * 200), MORE),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_shard_is_refused(packed, damage):
    make, message = DAMAGES[damage]
    make(packed / "0.tar")
    with pytest.raises(DataError, match=rf"0\.tar: {message}"):
        shards(path=packed)


def test_a_member_that_cannot_be_used_is_named(images, tmp_path):
    place = tmp_path / "packed"
    (images / "bad.png").write_text("no image")
    (images / "link.png").symlink_to("b.png")
    os.link(images / "b.png", images / "hard.png")
    for members, message in {
        ("b.png", "bad.png"): r"0\.tar/bad\.png: wants an image, found a file of another kind$",
        (
            "b.png",
            "link.png",
        ): r"0\.tar/link\.png: wants an image, found a link to b\.png; pack it again by tar -h",
        ("b.png", "hard.png"): r"0\.tar/hard\.png: wants an image, found a link to \./b\.png; pack it again by tar",
        ("b.png", "b.png"): r"0\.tar: wants every name once, found 'b\.png' twice; pack it again$",
        ("b.json",): r"0\.tar: wants images \(\.png, .*\) in it, found none$",
    }.items():
        pack(place, "0.tar", images, *members)
        with pytest.raises((DataError, ImageError), match=message):
            shards(path=place)


def test_a_name_in_two_shards_is_refused(packed, images):
    pack(packed, "2.tar", images, "a/2.png")
    with pytest.raises(
        DataError,
        match=r"packed: wants every image once, found 'a/2\.png' in 0\.tar and in 2\.tar; pack them again$",
    ):
        shards(path=packed)


def test_what_is_no_shard_is_refused(images, packed, tmp_path):
    for kind in ("gz", "xz"):
        with tarfile.open(tmp_path / f"set.{kind}", f"w:{kind}") as file:
            file.add(images / "b.png", "b.png")
    shutil.copy(tmp_path / "set.gz", packed / "2.tar.gz")
    for name, message in {
        "none": r"none: wants a folder of tars, or one tar, found nothing of that name$",
        "images": r"images: wants a folder of tars \(\.tar\), found none in it$",
        "set.gz": r"set\.gz: wants an uncompressed tar, .*, found a file compressed by gzip; unpack it \(images",
        "set.xz": r"set\.xz: wants an uncompressed tar, .*, found a file compressed by xz; unpack it \(images",
        "packed": r"2\.tar\.gz: wants an uncompressed tar, .*; unpack it \(images are compressed already\), or put",
    }.items():
        with pytest.raises(DataError, match=message):
            shards(path=tmp_path / name)


def head(name, size, kind=b"0"):
    """Return a header of a tar with a size as GNU tar writes sizes that octal digits do not hold."""
    header = bytearray(tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT))
    header[124:136] = (b"\xff" if size < 0 else b"\x80") + size.to_bytes(11, "big", signed=True)
    header[148:156], header[156:157] = b" " * 8, kind
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (head("a", 0) + head("b", 0) + head("c", -1024), "'c' has a size of -1024 bytes"),  # leads back to b
        (head("a", 2**45, b"L"), "its headers make no sense"),  # a name of 32 TB
        (head("a", -512, b"x"), "its headers make no sense"),
        (head("a", 2**63 - 1), "its headers make no sense"),
        ((head("a", 6, b"L") + b"b.png".ljust(512, b"\0")) * 2000, "its headers make no sense"),
    ],
    ids=["loop", "long", "negative", "behind", "nested"],
)
def test_a_hostile_tar_is_refused(tmp_path, content, message):
    tar = tmp_path / "hostile.tar"
    tar.write_bytes(content + bytes(1024))
    with pytest.raises(DataError) as error:
        shards(path=tar)
    assert str(error.value) == f"{tar}: wants a whole tar, found a file that is none or is damaged: {message}"
    with pytest.raises(DataError) as error:
        archive(path=tar)
    assert str(error.value) == f"{tar}: is damaged: {message}"


def test_a_name_with_a_null_character_is_refused(tmp_path, images):
    tar = tmp_path / "null.tar"
    with tarfile.open(tar, "w", format=tarfile.PAX_FORMAT) as opened:
        member = opened.gettarinfo(images / "b.png", "b.png")
        member.pax_headers = {"path": "a\0b.png"}
        with open(images / "b.png", "rb") as file:
            opened.addfile(member, file)
    with pytest.raises(DataError) as error:
        shards(path=tar)
    assert str(error.value) == f"{tar}: wants names of paths within the archive, found 'a\\x00b.png'"


def test_folders_of_storage_systems_are_left_out_as_in_a_folder(images, tmp_path):
    for place in ("@eaDir", "a/#recycle", "__MACOSX"):
        (images / place).mkdir()
        write(images / place / "thumb.png", np.zeros((3, 3, 3), np.uint8))
    tar = tmp_path / "all.tar"
    with tarfile.open(tar, "w") as opened:
        opened.add(images, ".")
    assert list(shards(path=tar).names) == list(folder(path=images).names)
    assert list(archive(path=tar).names) == list(folder(path=images).names)


def test_an_index_of_unequal_columns_is_not_used(packed):
    wanted = list(shards(path=packed).names)
    for index in (packed.parent / "cache" / "srkit" / "index").glob("*.npz"):
        with np.load(index) as opened:
            columns = dict(opened)
        np.savez(index, **{**columns, "place": columns["place"][:1]})
    found = shards(path=packed)
    assert list(found.names) == wanted
    assert all(found.high(row) is not None for row in range(len(found)))
