import threading

import numpy as np

from srkit.data.cache import Cache, default_folder

PIXELS = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)


def counting():
    calls = []

    def decode():
        calls.append(1)
        return PIXELS

    return calls, decode


def test_an_image_is_decoded_once_by_however_many_threads(tmp_path):
    calls, decode = counting()
    cache = Cache(memory=1, folder=tmp_path)
    threads = [threading.Thread(target=lambda: cache.get("a", decode)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert np.array_equal(cache.get("a", decode), PIXELS)
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_fit_is_mapped_and_found_again(tmp_path):
    calls, decode = counting()
    first = Cache(memory=100 / 2**30, folder=tmp_path)
    assert not isinstance(first.get("a", decode), np.memmap)
    assert isinstance(first.get("b", decode), np.memmap)
    assert len(list(tmp_path.iterdir())) == 1
    second = Cache(memory=0, folder=tmp_path)
    assert np.array_equal(second.get("b", decode), PIXELS)
    assert len(calls) == 2  # the second process decoded nothing


def test_a_damaged_file_is_made_again(tmp_path):
    calls, decode = counting()
    Cache(memory=0, folder=tmp_path).get("a", decode)
    (file,) = tmp_path.iterdir()
    for damage in (b"", b"nonsense", file.read_bytes()[:100]):
        file.write_bytes(damage)
        assert np.array_equal(Cache(memory=0, folder=tmp_path).get("a", decode), PIXELS)
    assert len(calls) == 4


def test_the_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "srkit"
