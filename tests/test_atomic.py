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
