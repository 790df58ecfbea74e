import subprocess
import sys

import pytest

from srkit.cli.main import main


@pytest.fixture
def srkit(monkeypatch, capsys):
    """Return a function that runs a command in this process, and gives (exit code, stdout, stderr)."""

    def srkit(*words):
        monkeypatch.setattr(sys, "argv", ["srkit", *map(str, words)])
        monkeypatch.setenv("COLUMNS", "100")
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return srkit


@pytest.fixture
def start():
    """Return a function that starts a command as a process of its own."""

    def start(*words, **options):
        command = [sys.executable, "-m", "srkit", *map(str, words)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    return start
