import errno
import signal
import subprocess
import sys
import threading

import pytest

from srkit.lock import alone

HOLDER = "import sys, time; from pathlib import Path; from srkit.lock import alone\n"
HOLDER += "with alone(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / ".lock")], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.communicate()


def test_another_process_is_kept_out_until_it_is_killed(holder, tmp_path):
    with pytest.raises(BlockingIOError), alone(tmp_path / ".lock"):
        raise AssertionError("let in")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with alone(tmp_path / ".lock"):
        pass


def test_who_waits_is_let_in_when_the_other_is_done(tmp_path):
    inside = threading.Event()

    def wait():
        with alone(tmp_path / ".lock", wait=True):
            inside.set()

    with alone(tmp_path / ".lock"):
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not inside.wait(0.2)
    waiting.join()
    assert inside.is_set()


def test_a_lock_can_be_taken_again(tmp_path):
    for _ in range(2):
        with alone(tmp_path / ".lock"):
            with pytest.raises(BlockingIOError), alone(tmp_path / ".lock"):
                raise AssertionError("let in")
            assert (tmp_path / ".lock").exists()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_keeps_nobody_out(tmp_path, monkeypatch, number):
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_):
        raise OSError(number, "no locks")

    monkeypatch.setattr(fcntl, "flock", refuse)
    inside = []
    with alone(tmp_path / ".lock"), alone(tmp_path / ".lock"):
        inside.append(True)
    assert inside
