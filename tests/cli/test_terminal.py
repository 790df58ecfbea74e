"""What all commands owe a terminal: width, colours and completion."""

import io
import os
import re
import subprocess
import sys
from contextlib import suppress

import pytest

from srkit.cli import main
from srkit.cli.trimmed import Trimmed

NAMES = [command.__name__.rpartition(".")[2] for command in main.COMMANDS]
PRINTED = [line.split() for line in ("models", "networks srcnn --scale 2", "parts gan_loss", "plugins", "doctor")]
COLOUR = re.compile(r"\x1b\[(?:[\d;]*;)?(?:3[0-7]|4[0-7]|9[0-7]|38|48)[;m]")


@pytest.mark.parametrize("words", [[], *([name] for name in NAMES), ["new", "plugin"]], ids=" ".join)
def test_help_is_plain_text_of_60_columns_in_a_pipe(srkit, monkeypatch, words):
    monkeypatch.setenv("COLUMNS", "60")
    code, out, _ = srkit(*words, "--help")
    assert code == 0
    for line in out.splitlines():
        assert len(line) <= 60
        assert line == line.rstrip()
        assert "\x1b" not in line
    assert f"Usage: srkit {' '.join(words)}".rstrip() in out


@pytest.mark.parametrize("words", PRINTED, ids=" ".join)
def test_what_is_printed_is_plain_text_in_a_pipe(srkit, monkeypatch, words):
    monkeypatch.setenv("COLUMNS", "60")
    code, out, _ = srkit(*words)
    assert code == 0
    assert "\x1b" not in out
    assert "…" not in out
    assert [line for line in out.splitlines() if line != line.rstrip()] == []
    wide = [line.strip() for line in out.splitlines() if len(line) > 60]
    assert [line for line in wide if " " in line and not line.startswith("$ ")] == []


@pytest.mark.parametrize("words", [["--help"], ["upscale", "--help"], *PRINTED[:3]], ids=" ".join)
def test_no_color_means_no_colours(srkit, monkeypatch, words):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert COLOUR.search(srkit(*words)[1]) or words == ["models"]
    monkeypatch.setenv("NO_COLOR", "1")
    assert not COLOUR.search(srkit(*words)[1])


def test_spaces_before_the_end_of_a_line_wait_for_what_follows():
    stream = io.StringIO()
    trimmed = Trimmed(stream)
    for text in ("a ", " b  ", "\n", "  c \n\n", " ", "d", "   "):
        assert trimmed.write(text) == len(text)
    assert stream.getvalue() == "a  b\n  c\n\n d"
    assert not trimmed.isatty()


def completed(srkit, monkeypatch, line):
    monkeypatch.setenv("_SRKIT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    return srkit()[1].split()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("srkit upsc", ["upscale"]),
        ("srkit upscale photo.jpg --model laps", ["lapsrn-x2", "lapsrn-x4"]),
        ("srkit compare out bic", ["bicubic"]),
        ("srkit evaluate lapsrn-x2", ["lapsrn-x2"]),
        ("srkit parts ups", ["upsampler"]),
        ("srkit networks vd", ["vdsr"]),
        ("srkit new plugin x --kind sche", ["schedule"]),
        ("srkit degrade anis", ["anisotropic_gaussian"]),
        ("srkit kernels stor", ["stored"]),
        ("srkit evaluate ./photo", []),
    ],
)
def test_names_are_completed(srkit, monkeypatch, zoo, line, expected):
    assert completed(srkit, monkeypatch, line) == expected


def test_completion_does_not_import_torch():
    words = {"_SRKIT_COMPLETE": "complete_bash", "COMP_WORDS": "srkit networks vd", "COMP_CWORD": "2"}
    code = (
        "import atexit, sys; atexit.register(lambda: print('torch' in sys.modules)); sys.argv = ['srkit'];"
        "from srkit.cli.main import main; main()"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | words, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["vdsr", "False"]


def test_standard_streams_may_be_closed(monkeypatch, capsys):
    """A shell closes them by <&- and >&-; Python then has None in their place."""
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "argv", ["srkit", "upscale", "-", "-o", "-", "--model", "bicubic", "--scale", "2"])
    with pytest.raises(SystemExit) as end:
        main.main()
    sys.stdin.close()
    sys.stdout.close()
    assert (end.value.code, capsys.readouterr().err) == (2, "standard input: wants an image, found nothing\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="wants the full disk of Linux")
def test_a_full_disk_behind_standard_output_is_told(monkeypatch, capsys):
    full = open("/dev/full", "w")  # noqa: SIM115 - it cannot be closed without an error
    monkeypatch.setattr(sys, "stdout", full)
    monkeypatch.setattr(sys, "argv", ["srkit", "models"])
    with pytest.raises(SystemExit) as end:
        main.main()
    with suppress(OSError):
        full.close()
    wanted = "standard output: cannot be written: No space left on device\n"
    assert (end.value.code, capsys.readouterr().err) == (2, wanted)
