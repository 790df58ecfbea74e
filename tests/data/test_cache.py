import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from srkit.data import cache as room
from srkit.data.cache import Cache
from srkit.data.disk_room import DiskRoom
from srkit.errors import DataError

PIXELS = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)


def counting(pixels=PIXELS):
    calls = []

    def decode():
        calls.append(1)
        return pixels

    return calls, decode


def test_an_image_is_decoded_once_by_however_many_threads(tmp_path):
    calls = []
    gate = threading.Barrier(8)

    def decode():
        calls.append(1)
        time.sleep(0.05)  # long enough for the other threads to arrive before the image is there
        return PIXELS

    def ask():
        gate.wait()
        assert np.array_equal(cache.get("a", decode), PIXELS)

    for memory in (1, 0):
        cache = Cache(memory=memory, folder=tmp_path)
        calls.clear()
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(calls) == 1


def test_memory_is_filled_up_to_the_limit(tmp_path):
    cache = Cache(memory=130 / 2**30, folder=tmp_path)
    found = [cache.get(str(index), lambda: PIXELS) for index in range(5)]
    assert [isinstance(one, np.memmap) for one in found] == [False, False, True, True, True]
    assert cache.room == 10
    assert not isinstance(cache.get("small", lambda: PIXELS[:1, :3]), np.memmap)
    assert cache.room == 1
    assert len(list(tmp_path.glob("*.npy"))) == 3
    assert all(np.array_equal(one, PIXELS) for one in found)


def test_files_are_found_again_and_fill_memory(tmp_path):
    calls, decode = counting()
    Cache(memory=0, folder=tmp_path).get("a", decode)
    for memory in (0, 1):
        found = Cache(memory=memory, folder=tmp_path).get("a", decode)
        assert np.array_equal(found, PIXELS)
        assert isinstance(found, np.memmap) == (memory == 0)
    assert len(calls) == 1


def test_nobody_can_change_the_pixels(tmp_path):
    for memory in (0, 1):
        with pytest.raises(ValueError, match="read-only"):
            Cache(memory=memory, folder=tmp_path).get(str(memory), lambda: PIXELS)[:] = 0
    assert PIXELS.flags.writeable


def test_a_damaged_file_is_made_again(tmp_path):
    calls, decode = counting()
    Cache(memory=0, folder=tmp_path).get("a", decode)
    (file,) = tmp_path.glob("*.npy")
    good = file.read_bytes()
    other = tmp_path / "other"
    with open(other, "wb") as stream:
        np.save(stream, np.zeros((4, 5, 3)))
    floats = other.read_bytes()
    other.unlink()
    damages = (b"", b"nonsense", good[:100], good[:-1], good + b"more", good[:9] + b"\xff" * 50 + good[59:], floats)
    for damage in damages:
        file.write_bytes(damage)
        assert np.array_equal(Cache(memory=0, folder=tmp_path).get("a", decode), PIXELS)
        assert file.read_bytes() == good
    assert len(calls) == 1 + len(damages)


def test_no_more_files_are_mapped_than_the_system_allows(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "MAPS", 3)
    calls, decode = counting()
    cache = Cache(memory=0, folder=tmp_path)
    for index in (*range(10), 0, 9):
        assert np.array_equal(cache.get(str(index), decode), PIXELS)
    assert len(cache._maps) == 3
    assert len(calls) == 10


def test_two_processes_may_share_a_folder(tmp_path):
    code = (
        "import sys, numpy as np; from pathlib import Path; from srkit.data.cache import Cache\n"
        "cache = Cache(memory=0, folder=Path(sys.argv[1]))\n"
        "for index in range(40):\n"
        "    pixels = np.full((50, 60, 3), index, np.uint8)\n"
        "    assert np.array_equal(cache.get(str(index), lambda: pixels), pixels)\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    assert len(list(tmp_path.glob("*.npy*"))) == 40  # and no file left half written


def test_a_failed_decode_leaves_nothing_behind(tmp_path):
    def fail():
        raise RuntimeError("no image")

    cache = Cache(memory=0, folder=tmp_path)
    with pytest.raises(RuntimeError):
        cache.get("a", fail)
    assert np.array_equal(cache.get("a", lambda: PIXELS), PIXELS)


def test_a_full_disk_leaves_no_file(tmp_path, monkeypatch):
    def save(file, pixels):
        file.write(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", save)
    with pytest.raises(DataError, match=r"cannot keep decoded images: No space left on device; set data\.cache"):
        Cache(memory=0, folder=tmp_path).get("a", lambda: PIXELS)
    assert list(tmp_path.glob("*.npy*")) == []


def stored(folder):
    return sum(file.stat().st_size for file in folder.glob("*.npy*"))


FILE = PIXELS.nbytes + 128
"""Bytes of the file of ``PIXELS``."""


def test_the_disk_is_filled_up_to_its_limit_and_the_rest_is_decoded_each_time(tmp_path):
    calls, decode = counting()
    limit = 3 * FILE + 100
    cache = Cache(memory=0, disk=limit / 2**30, folder=tmp_path)
    for _ in range(2):
        for index in range(5):
            assert np.array_equal(cache.get(str(index), decode), PIXELS)
    assert stored(tmp_path) == 3 * FILE
    assert len(calls) == 3 + 2 * 2
    with pytest.raises(ValueError, match="read-only"):
        cache.get("4", decode)[:] = 0
    assert not isinstance(cache.get("4", decode), np.memmap)
    assert isinstance(cache.get("0", decode), np.memmap)


def test_idle_files_make_room_for_others(tmp_path):
    _, decode = counting()
    limit = 3 * FILE
    for index in range(3):
        Cache(memory=0, disk=limit / 2**30, folder=tmp_path).get(str(index), decode)
    files = sorted(tmp_path.glob("*.npy"))
    for age, file in enumerate(files):
        os.utime(file, (1e9 + age, 1e9 + age))
    again = Cache(memory=0, disk=limit / 2**30, folder=tmp_path)
    mapped = again.get("0", decode)  # it is used again, and so stays
    assert isinstance(again.get("3", decode), np.memmap)
    left = set(files) & set(tmp_path.glob("*.npy"))
    assert len(left) == 2
    assert Path(mapped.filename) in left
    assert np.array_equal(mapped, PIXELS)
    assert stored(tmp_path) == limit


def test_several_processes_keep_the_limit_together(tmp_path):
    code = (
        "import sys, numpy as np; from pathlib import Path; from srkit.data.cache import Cache\n"
        "cache = Cache(memory=0, disk=float(sys.argv[2]), folder=Path(sys.argv[1]))\n"
        "for index in range(30):\n"
        "    pixels = np.full((50, 60, 3), index, np.uint8)\n"
        "    key = f'{sys.argv[3]} {index}'\n"
        "    assert np.array_equal(cache.get(key, lambda: pixels), pixels)\n"
        "    used = sum(file.stat().st_size for file in Path(sys.argv[1]).glob('*.npy'))\n"
        "    assert used <= float(sys.argv[2]) * 2**30, used\n"
    )
    size = 50 * 60 * 3 + 128
    words = [tmp_path, str((20 * size + 9) / 2**30)]
    both = [subprocess.Popen([sys.executable, "-c", code, *words, name]) for name in "ab"]
    assert [one.wait() for one in both] == [0, 0]
    assert stored(tmp_path) == 20 * size


def test_a_file_that_another_process_is_about_to_write_counts(tmp_path):
    first, second = (DiskRoom(tmp_path, 100) for _ in range(2))
    assert first.take(60, tmp_path / ".a.npy.part")
    assert not second.take(60, tmp_path / ".b.npy.part")
    assert stored(tmp_path) == 60


def test_a_count_that_is_wrong_is_put_right_by_the_next_process(tmp_path):
    _, decode = counting()
    for damage in ("", "12", "-5\n", "99999999999\n", "nonsense\n"):
        cache = Cache(memory=0, disk=4 * FILE / 2**30, folder=tmp_path)
        cache.get("a", decode)
        (tmp_path / ".room").write_text(damage)
        cache = Cache(memory=0, disk=4 * FILE / 2**30, folder=tmp_path)
        cache.get("b", decode)
        assert int((tmp_path / ".room").read_text()) == 2 * FILE == stored(tmp_path)
        for file in tmp_path.glob("*.npy"):
            file.unlink()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError) as caught:
        Cache(memory=0, folder=tmp_path / "file").get("a", lambda: PIXELS)
    assert str(caught.value) == (
        f"{tmp_path}{os.sep}file: cannot keep decoded images: File exists; "
        "set data.cache to a folder with room, lower data.disk, or raise data.memory"
    )


def test_the_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Cache().folder == tmp_path / "srkit"
