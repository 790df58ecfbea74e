"""What was read of many image files is known again, for as long as they are the same."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from srkit.data import file_index as room
from srkit.data.file_index import FileIndex
from srkit.data.watcher import WATCHER, Watcher
from srkit.errors import ImageError
from srkit.image.files import write

COUNT = 12


class Told(Watcher):
    """Keeps what is said."""

    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)


@pytest.fixture
def told():
    watcher = Told()
    before = WATCHER.set(watcher)
    yield watcher.said
    WATCHER.reset(before)


def old(file):
    os.utime(file, (1e9, 1e9))


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Images of different sizes in two folders, which are old and many enough to be kept."""
    monkeypatch.setattr(room, "MANY", 3)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = []
    for index in range(COUNT):
        file = tmp_path / "images" / "ab"[index % 2] / f"{index:02}é.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        write(file, np.full((index + 1, 5, 3), index, np.uint8))
        old(file)
        found.append(file)
    return found


@pytest.fixture
def reads(monkeypatch):
    """The names of the files that are read, in a list for headers and one for contents."""
    headers, contents = [], []
    size, digest = room.size, room.file_digest
    monkeypatch.setattr(room, "size", lambda file: headers.append(file.name) or size(file))
    monkeypatch.setattr(room, "file_digest", lambda file: contents.append(file.name) or digest(file))
    return headers, contents


def opened(files):
    index = FileIndex(files)
    return index.sizes(), [index.digest(number) for number in range(len(files))]


def index_file(tmp_path):
    (file,) = (tmp_path / "cache" / "srkit" / "index").glob("*.npz")
    return file


def test_files_are_read_once(files, reads, told):
    sizes, digests = opened(files)
    assert sizes == [(index + 1, 5) for index in range(COUNT)]
    assert digests == [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    assert [len(names) for names in reads] == [COUNT, COUNT]
    assert opened(files) == (sizes, digests)
    assert opened(files[::-1]) == (sizes[::-1], digests[::-1])
    assert [len(names) for names in reads] == [COUNT, COUNT]
    assert told == []


@pytest.mark.parametrize("change", ["length", "time"])
def test_a_changed_file_alone_is_read_again(files, reads, change):
    opened(files)
    changed = files[7]
    if change == "length":
        write(changed, np.random.default_rng(0).integers(0, 256, (3, 4, 3), np.uint8).repeat(9, 0))
        old(changed)
    else:
        changed.write_bytes(changed.read_bytes()[:-1] + b"!")
        os.utime(changed, (1e9 + 1, 1e9 + 1))
    sizes, digests = opened(files)
    assert sizes[7] == ((27, 4) if change == "length" else (8, 5))
    assert digests[7] == hashlib.sha256(changed.read_bytes()).hexdigest()
    assert [names[COUNT:] for names in reads] == [[changed.name], [changed.name]]


def test_a_file_that_may_change_within_the_tick_of_its_clock_is_read_again(files, reads):
    os.utime(files[2])
    opened(files)
    opened(files)
    assert [names[COUNT:] for names in reads] == [[files[2].name], [files[2].name]]


def test_the_splits_of_a_folder_share_its_index(files, reads, tmp_path):
    opened(files[:5])
    opened(files[5:])
    os.remove(files[11])
    opened(files[:11])
    opened(files[:4])
    assert [len(names) for names in reads] == [COUNT, COUNT]
    index_file(tmp_path)
    with np.load(index_file(tmp_path)) as kept:
        assert len(kept["stamp"]) == 12
    os.utime(files[0], (1e9 + 1, 1e9 + 1))
    opened(files[:4])  # saved again, without the file that is gone
    with np.load(index_file(tmp_path)) as kept:
        assert len(kept["stamp"]) == 11


def test_few_files_leave_no_index(files, tmp_path):
    opened(files[:2])
    assert FileIndex([]).sizes() == []
    assert not (tmp_path / "cache").exists()


def test_an_interrupted_reading_goes_on_where_it_was(files, reads, monkeypatch):
    monkeypatch.setattr(room, "CHUNK", 1)
    monkeypatch.setattr(room, "THREADS", 1)
    size = room.size

    def interrupted(file):
        if file == files[8]:
            raise KeyboardInterrupt
        return size(file)

    with monkeypatch.context() as patch:
        patch.setattr(room, "size", interrupted)
        with pytest.raises(KeyboardInterrupt):
            opened(files)
    del reads[0][:]
    opened(files)
    assert sorted(reads[0]) == [file.name for file in files[8:]]


def test_a_killed_reading_goes_on_where_it_was(files, reads, tmp_path):
    code = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from srkit.data import file_index as room\n"
        "room.MANY, room.CHUNK, room.THREADS, room.SAVE_SECONDS, size = 3, 1, 1, -1, room.size\n"
        "files = [Path(word) for word in sys.argv[1:]]\n"
        "def killed(file):\n"
        "    if file == files[8]:\n"
        "        time.sleep(0.2)\n"
        "        os._exit(9)\n"
        "    return size(file)\n"
        "room.size = killed\n"
        "room.FileIndex(files).sizes()\n"
    )
    assert subprocess.run([sys.executable, "-c", code, *files]).returncode == 9
    kept = index_file(tmp_path)
    kept.with_name(f".{kept.name}.0123456789ab.part").touch()  # of one that was killed while it wrote the index
    opened(files)
    assert sorted(reads[0]) == [file.name for file in files[8:]]
    assert [file.name for file in index_file(tmp_path).parent.glob(".*")] == []


def test_what_was_read_before_a_bad_file_is_kept(files, reads, monkeypatch):
    monkeypatch.setattr(room, "CHUNK", 2)
    for bad in (files[5], files[9]):
        bad.write_text("no image")
    with pytest.raises(ImageError, match=r"05é\.png: wants an image, found a file of another kind$"):
        opened(files)
    assert len(reads[0]) >= 5
    del reads[0][:]
    with pytest.raises(ImageError, match=r"05é\.png: "):
        opened(files)
    assert not {file.name for file in files[:4]} & set(reads[0])


def test_a_missing_file_is_named(files):
    with pytest.raises(ImageError, match=r"none\.png: cannot be read: No such file or directory$"):
        FileIndex([*files, files[0].with_name("none.png")])


def test_a_damaged_index_is_made_anew(files, reads, told, tmp_path):
    wanted = opened(files)
    file = index_file(tmp_path)
    good = file.read_bytes()
    place = good.index(hashlib.sha256(files[3].read_bytes()).digest())
    flipped = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
    with open(tmp_path / "other.npz", "wb") as other:
        np.savez(other, names=np.zeros(3, np.uint8))
    plain = b"\x93NUMPY" + flipped[6:]
    method = good.rindex(b"PK\x01\x02") + 10  # of compression, of which there is none like this
    strange = good[:method] + b"\x01" + good[method + 1 :]
    encrypted = good[: method - 2] + b"\x01" + good[method - 1 :]
    other = (tmp_path / "other.npz").read_bytes()
    for damaged in (b"", b"nonsense", good[:300], good[:-1], flipped, other, plain, strange, encrypted):
        file.write_bytes(damaged)
        assert opened(files) == wanted
        assert opened(files) == wanted
        assert set(told) == {
            f"{file}: wants the index of {tmp_path / 'images'}, found a damaged file or one of another version; "
            "it is made anew"
        }
        told.clear()
    assert len(reads[1]) == 10 * COUNT


def test_a_cache_that_cannot_be_written_costs_time_alone(files, told, tmp_path):
    (tmp_path / "cache").touch()
    sizes, _ = opened(files)
    assert sizes == [(index + 1, 5) for index in range(COUNT)]
    assert told[0] == (
        f"{told[0].partition(':')[0]}: cannot be written: Not a directory; the images in {tmp_path / 'images'} are "
        "read again at the next start. XDG_CACHE_HOME names another cache folder"
    )


def test_two_processes_at_once_read_every_file_once(files, tmp_path):
    code = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from srkit.data import file_index as room\n"
        "room.MANY, size = 3, room.size\n"
        "files = [Path(word) for word in sys.argv[2:]]\n"
        "def slow(file):\n"
        "    with open(sys.argv[1], 'a') as log:\n"
        "        print(file, file=log)\n"
        "    time.sleep(0.02)\n"
        "    return size(file)\n"
        "room.size = slow\n"
        "assert room.FileIndex(files).sizes() == [(index + 1, 5) for index in range(len(files))]\n"
    )
    log = tmp_path / "log"
    both = [subprocess.Popen([sys.executable, "-c", code, log, *files]) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    assert len(log.read_text().splitlines()) == COUNT
