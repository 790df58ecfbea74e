import os

import pytest

from srkit.atomic import sweep, whole, write_text


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def half():
        with whole(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    write_text(path, "new")
    assert path.read_text() == "new"


def test_what_a_killed_writer_left_is_swept(tmp_path):
    path = tmp_path / "last [1].pt"
    left, other = tmp_path / ".last [1].pt.11.part", tmp_path / ".last 1.pt.11.part"
    for file in (path, left, other):
        file.touch()
    sweep(path)
    sweep(tmp_path / "nowhere" / "last.pt")
    assert sorted(tmp_path.iterdir()) == sorted([path, other])


def test_files_keep_the_mode_the_user_asked_for(tmp_path):
    write_text(tmp_path / "a.txt", "text")
    umask = os.umask(0)
    os.umask(umask)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o666 & ~umask


def test_data_are_on_the_disk_before_their_name_is(tmp_path, monkeypatch):
    path, synced = tmp_path / "a.txt", []
    fsync, replace = os.fsync, os.replace

    def sync(number):
        fsync(number)
        synced.append((os.fstat(number).st_ino, os.fstat(number).st_size))

    def rename(source, target):
        assert synced == [(os.stat(source).st_ino, 4)]
        replace(source, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", rename)
    write_text(path, "text")
    assert path.stat().st_ino == synced[0][0]


def test_two_writers_of_one_name_do_not_meet_though_they_share_a_pid(tmp_path):
    path = tmp_path / "last.pt"
    with whole(path) as one:
        one.write_text("one")
        with whole(path) as other:
            assert other != one
            other.write_text("other")
        assert path.read_text() == "other"
        assert one.read_text() == "one"
    assert path.read_text() == "one"


def test_what_a_writer_of_today_leaves_is_swept(tmp_path):
    path = tmp_path / "last.pt"
    with whole(path) as temporary:
        temporary.touch()
        left = temporary.with_name(temporary.name.replace(".part", "0.part"))  # another, who was killed
        left.touch()
    sweep(path)
    assert list(tmp_path.iterdir()) == [path]
