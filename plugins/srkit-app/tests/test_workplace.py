"""Temporary files: removed at the end, and after a crash by the next start."""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress

import pytest

from srkit_app.workplace import workplace

HOLD = "from srkit_app.workplace import workplace\nwith workplace() as place:\n print(place, flush=True)\n input()"


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def start():
    """Start a process that holds a workplace."""
    process = subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdout.readline()
    return process


def end(process):
    process.communicate(timeout=10)


def test_it_is_removed_at_the_end_whatever_happens(temporary):
    with suppress(KeyboardInterrupt), workplace() as place:
        assert place.stat().st_mode & 0o077 == 0
        (place / "photograph").write_text("x")
        raise KeyboardInterrupt
    assert list(temporary.iterdir()) == []


def test_that_of_a_killed_process_is_removed_by_the_next(temporary):
    killed, alive = start(), start()
    os.kill(killed.pid, signal.SIGKILL)
    end(killed)
    (temporary / "srkit-app-link").symlink_to(temporary)
    (temporary / "srkit-app-of-another-kind").mkdir()
    assert len(list(temporary.iterdir())) == 4
    with workplace() as place:
        names = {one.name for one in temporary.iterdir()}
        assert len(names) == 4  # the killed one's has gone, that of the living one is kept
        assert place.name in names
        assert {"srkit-app-link", "srkit-app-of-another-kind"} < names
    alive.communicate(b"\n", timeout=10)
    assert {one.name for one in temporary.iterdir()} == {"srkit-app-link", "srkit-app-of-another-kind"}
