"""The command: its start, its end, and what it refuses."""

import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from srkit_app import command
from srkit_app.address import Address

RUN = [sys.executable, "-c", "from srkit_app.command import main; main()"]


@pytest.mark.slow
def test_it_says_where_the_page_is_opens_it_and_ends_cleanly(tmp_path):
    environment = os.environ | {"TMPDIR": str(tmp_path), "BROWSER": "echo opened %s", "SRKIT_PLUGINS": ""}
    with subprocess.Popen(
        RUN, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        said = [process.stdout.readline() for _ in range(3)]
        page = re.fullmatch(r"srkit-app: (http://127\.0\.0\.1:\d+/#[\w-]{32})\n", said[0])[1]
        assert f"opened {page}\n" in said
        with urllib.request.urlopen(page, timeout=10) as answer:
            assert b"<title>srkit: enlarge a photograph</title>" in answer.read()
        assert len(list(tmp_path.iterdir())) == 1
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=20)
    assert (process.returncode, rest, errors) == (0, "srkit-app has ended\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--host", "192.0.2.1"], "192.0.2.1, port 0: cannot be listened on: "),
        (["--host", ""], "--host '': wants "),
        (["--device", "abacus"], "device"),
        (["--model", "{use: "], "model"),
        (["--model", "no/such.pth"], "no/such.pth: wants a file of weights or a run folder, found nothing of that"),
    ],
)
def test_what_it_refuses_ends_with_words(words, why, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["srkit-app", "--no-browser", *words])
    with pytest.raises(SystemExit) as end:
        command.main()
    assert end.value.code == 2
    assert why in capsys.readouterr().err


def test_an_open_address_is_said(capsys):
    command._welcome(Address("0.0.0.0", 80, local=False), "key", browser=False)
    assert capsys.readouterr().out.splitlines()[2] == (
        "note: --host 0.0.0.0: everybody on the network who has the key can use this computer to enlarge "
        "photographs, and photographs and key are sent without encryption"
    )
