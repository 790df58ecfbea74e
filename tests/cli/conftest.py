import subprocess
import sys

import pytest


@pytest.fixture
def start():
    """Return a function that starts a command as a process of its own."""

    def start(*words, **options):
        command = [sys.executable, "-m", "srkit", *map(str, words)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    return start
