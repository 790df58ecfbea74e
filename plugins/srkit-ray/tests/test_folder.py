"""A folder that a process writes in, and its copy elsewhere."""

import pytest

from srkit_ray import folder as module
from srkit_ray.folder import changes, listing, put


@pytest.fixture
def place(tmp_path):
    """Return a function that makes a folder with these files."""

    def place(name, **files):
        for path, text in files.items():
            file = tmp_path / name / path.replace("__", "/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return tmp_path / name

    return place


def test_what_changed_is_copied_and_what_is_gone_is_removed(place):
    there, here = place("there", log="1\n", tests__clean="2"), place("here", old="3")
    files, known = changes(there, {})
    assert files == {"log": b"1\n", "tests/clean": b"2"}
    put(here, files)
    assert changes(there, known) == ({}, known)
    (there / "log").write_text("1\n2\n")
    (there / "tests" / "clean").unlink()
    files, _ = changes(there, known)
    assert files == {"log": b"1\n2\n", "tests/clean": None}
    put(here, files)
    assert {path: (here / path).read_text() for path in listing(here)} == {"log": "1\n2\n", "old": "3"}


def test_hidden_files_stay_where_they_are(place):
    there = place("there", log="1", **{".lock": "", ".last.pt.x.part": "torn", ".hidden__file": ""})
    assert changes(there, {})[0] == {"log": b"1"}


def test_files_are_put_into_place_in_the_order_in_which_a_kill_may_come(place):
    there = place("there", log="1", first="1")
    known = listing(there)
    for name in ("second", "first", "summary"):
        (there / f".{name}").write_text("2")
        (there / f".{name}").replace(there / name)
    with open(there / "log", "a") as log:
        log.write("2")
    files, _ = changes(there, known)
    assert list(files) == ["log", "second", "first", "summary"]


def test_a_snapshot_is_of_one_moment(place, monkeypatch):
    """A file that changes while others are opened is read again; so checkpoint and log always belong together."""
    there, calls = place("there", last="old", log="old"), []

    def restless(folder):
        calls.append(folder)
        if len(calls) == 2:  # between the listing and the look whether it still holds
            for name in ("last", "log"):
                (there / ".new").write_text("new, larger")
                (there / ".new").replace(there / name)
        return listing(folder)

    monkeypatch.setattr(module, "listing", restless)
    assert changes(there, {})[0] == {"last": b"new, larger", "log": b"new, larger"}
    assert len(calls) == 4


def test_a_folder_that_never_rests_gives_nothing_this_time(place, monkeypatch):
    there = place("there", log="")

    def restless(folder):
        with open(there / "log", "a") as log:
            log.write("more")
        return listing(folder)

    monkeypatch.setattr(module, "listing", restless)
    assert changes(there, {}) == ({}, {})


def test_what_is_appended_meanwhile_comes_next_time(place, monkeypatch):
    there = place("there", log="whole\n")

    def late(folder):
        found = listing(folder)
        if (there / "log").stat().st_size == 6:
            with open(there / "log", "a") as log:
                log.write("torn")
        return found

    known = listing(there)
    monkeypatch.setattr(module, "listing", lambda folder: known)
    late(there)
    assert changes(there, {})[0] == {"log": b"whole\n"}
