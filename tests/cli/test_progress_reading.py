import sys
from types import SimpleNamespace

import pytest

from srkit.cli import progress_reading as room
from srkit.cli.progress_reading import ReadingProgress, show_reading
from srkit.data.watcher import WATCHER, Watcher


@pytest.fixture(autouse=True)
def restored():
    before = WATCHER.set(Watcher())
    yield
    WATCHER.reset(before)


def test_lines_come_late_and_seldom_where_there_is_no_terminal(capsys, monkeypatch):
    now = iter([0, 5, 11, 12, 70, 72, 200])
    monkeypatch.setattr(room, "time", SimpleNamespace(monotonic=lambda: next(now)))
    with ReadingProgress().counting("reading headers", 50_000) as done:
        for _ in range(5):
            done(10_000)
    # the clock says 11 when 20,000 are done and 72 when all are: the last line would tell nothing
    assert capsys.readouterr() == ("", "reading headers: 20,000 of 50,000\n")


def test_a_terminal_has_a_bar_on_stderr(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with ReadingProgress().counting("reading headers", 4) as done:
        done(4)
    out, err = capsys.readouterr()
    assert out == ""
    assert "reading headers" in err


@pytest.mark.parametrize("quiet", [False, True])
def test_quiet_leaves_the_progress_out_but_not_what_goes_wrong(capsys, monkeypatch, quiet):
    monkeypatch.setattr(room, "BEFORE_LINES", -1)
    show_reading(quiet=quiet)
    with WATCHER.get().counting("reading headers", 4) as done:
        done(2)
    WATCHER.get().say("the disk is full")
    line = "" if quiet else "reading headers: 2 of 4\n"
    assert capsys.readouterr() == ("", line + "the disk is full\n")


def test_a_library_is_silent(capsys):
    with WATCHER.get().counting("reading headers", 4) as done:
        done(2)
    WATCHER.get().say("the disk is full")
    assert capsys.readouterr() == ("", "")
