"""The contract of launchers."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from srkit.parts.launcher import Task
from srkit.registry import Part
from srkit.testing.making import Make

PATIENCE = 10.0
"""Seconds for a process to end."""

MARK = """import os, socket, sys, threading, time
from pathlib import Path
folder = Path(sys.argv[1])
(folder / "part").write_text(f"{socket.gethostname()} {os.getpid()} ")
(folder / "part").replace(folder / "mark")
"""
GOOD = f"""{MARK}
print('said good', flush=True)
(folder / "deep").mkdir()
(folder / "deep" / "made").write_bytes((folder / "given").read_bytes() * 2)
reader = threading.Thread(target=sys.stdin.read, daemon=True)
reader.start()
reader.join(0.3)
os._exit(0 if reader.is_alive() else 7)
"""
BAD = f"{MARK}print('said bad', file=sys.stderr); sys.exit(3)"
LONG = f"{MARK}threading.Timer(60, os._exit, (9,)).start(); sys.stdin.read(); os._exit(0)"
QUICK = f"""{MARK}
for _ in range(30):
    if (folder.parent / "long" / "mark").exists():
        break
    time.sleep(0.1)
"""
"""Ends when the long task has begun, or after three seconds where it cannot see that task's folder."""

GIVEN = bytes(range(256))


def launcher(part: Part, make: Make) -> None:
    """Check that it runs every task, reports how each ended, and leaves no process behind when closed early.

    A task ends by itself once its standard input is closed, so a launcher must hold it open. A task may run on a
    copy of its folder, so what it wrote must be in the folder itself by the time it is said to have ended.
    """
    with TemporaryDirectory() as folder:
        place = Path(folder)
        assert list(make()((), None)) == [], f"{part}: wants nothing of no tasks"
        _runs_all(part, make, place)
        _stops(part, make, place)


def _runs_all(part: Part, make: Make, place: Path) -> None:
    tasks = [_task(place, "good", GOOD), _task(place, "bad", BAD)]
    ended = list(make()(tasks, None))
    codes = sorted((one.name, one.code) for one in ended)
    assert ("good", 7) not in codes, f"{part}: must hold a task's standard input open as long as the task is to run"
    assert codes == [("bad", 3), ("good", 0)], (
        f"{part}: wants one Ended each with the exit status, good 0 and bad 3, gave {ended}"
    )
    for task in tasks:
        written = task.output.read_text(encoding="utf-8") if task.output.exists() else None
        assert written is not None, f"{part}: wrote no file for what a task prints"
        assert f"said {task.name}" in written, (
            f"{part}: wants what a task prints, on either output, in its file, found {written!r}"
        )
        _gone(part, task.folder / "mark", "of a task that it says has ended")
    made = tasks[0].folder / "deep" / "made"
    found = made.read_bytes() if made.exists() else None
    assert found == GIVEN * 2, (
        f"{part}: wants a task's files there when it starts, and what it made of them here when it has ended"
    )


def _stops(part: Part, make: Make, place: Path) -> None:
    """Check that closing it, when one task has ended and another runs, stops the other."""
    long = _task(place, "long", LONG)
    ended = make()([_task(place, "quick", QUICK), long], 2)
    next(ended)
    assert callable(getattr(ended, "close", None)), f"{part}: wants an iterator with close(), such as a generator"
    ended.close()
    _gone(part, long.folder / "mark", "when it is closed")


def _task(place: Path, name: str, code: str) -> Task:
    folder = place / name
    folder.mkdir()
    (folder / "given").write_bytes(GIVEN)
    return Task(name, ("-c", code), folder, folder / "output.txt")


def _gone(part: Part, mark: Path, when: str) -> None:
    """Check that the process that wrote ``mark`` has ended, unless it ran on another machine."""
    host, process = mark.read_text(encoding="utf-8").split() if mark.exists() else ("", "0")
    if host != socket.gethostname() or os.name != "posix":
        return
    until = time.monotonic() + PATIENCE
    while _lives(int(process)):
        assert time.monotonic() < until, f"{part}: leaves a process behind {when}"
        time.sleep(0.05)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
