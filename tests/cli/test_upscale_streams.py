"""``-`` stands for standard input and standard output."""

import io
import subprocess
import sys

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from srkit.errors import ImageError
from srkit.image.files import read_full, write
from srkit.image.photo import opened
from srkit.photographs.job import Job, Stream

PHOTO = np.random.default_rng(0).integers(0, 256, (12, 16, 3), np.uint8)
PNG = cv2.imencode(".png", PHOTO[..., ::-1])[1].tobytes()


class Terminal(io.BytesIO):
    def isatty(self):
        return True


@pytest.fixture
def piped(srkit, monkeypatch, tmp_path, zoo):
    """Return a function that runs a command with bytes as standard input, and gives (code, bytes, stderr)."""
    monkeypatch.chdir(tmp_path)

    def piped(*words, given=b"", terminal=False):
        stdin, stdout = (Terminal(given), Terminal()) if terminal else (io.BytesIO(given), io.BytesIO())
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stdin))
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(stdout))
        code, _, err = srkit(*words)
        sys.stdout.flush()
        return code, stdout.getvalue(), err

    return piped


def decoded(data):
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "AVIF"])
def test_the_result_has_the_format_of_what_comes(piped, kind):
    source = io.BytesIO()
    Image.fromarray(PHOTO).save(source, kind)
    code, out, err = piped("upscale", "-", "-o", "-", given=source.getvalue())
    assert code == 0
    assert err.splitlines()[0].startswith("lapsrn-x2, x2, ")
    assert err.splitlines()[1].startswith("standard input -> standard output  ")
    assert (decoded(out).format, decoded(out).size) == (kind, (32, 24))


def test_format_files_and_streams_may_be_mixed(piped, tmp_path):
    write(tmp_path / "a.png", PHOTO)
    assert piped("upscale", "a.png")[0] == 0
    wanted = (tmp_path / "a_x2.png").read_bytes()
    assert piped("upscale", "a.png", "-o", "-")[1] == wanted
    assert piped("upscale", "-", "-o", "new.png", given=PNG)[0] == 0
    assert (tmp_path / "new.png").read_bytes() == wanted
    assert decoded(piped("upscale", "-", "-o", "-", "--format", "webp", given=PNG)[1]).format == "WEBP"
    assert piped("upscale", "-", "-o", "new.png", given=PNG)[:2] == (2, b"")
    assert piped("upscale", "-", "-o", "-", "-q", given=PNG) == (0, wanted, "")
    code, out, err = piped("upscale", "-", "-o", "-", "--dry-run", "--long-side", "20", given=PNG, terminal=False)
    assert (code, out) == (0, b"")
    assert "standard input -> standard output  16 x 12 -> 20 x 15 by lapsrn-x2, " in err


def test_a_document_goes_through_both(piped, tmp_path):
    source = io.BytesIO()
    with tifffile.TiffWriter(source) as writer:
        for image in (PHOTO, PHOTO[:5]):
            writer.write(image, photometric="rgb")
    (tmp_path / "large.tif").write_bytes(piped("upscale", "-", "-o", "-", given=source.getvalue())[1])
    with opened(tmp_path / "large.tif") as file:
        assert [file.look(page).height for page in range(len(file))] == [24, 10]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-", "a.png", "-o", "-"], "-: standard input holds one photograph, so it wants one input, found 2"),
        (
            ["a.png", "b.png", "-o", "-"],
            "--output -: standard output holds one photograph, so it wants one input, found 2",
        ),
        (
            ["folder", "-o", "-"],
            "--output -: standard output holds one photograph, found the folder folder; give a folder for the "
            "results",
        ),
        (["-"], "-: what comes by standard input has no name; give --output FILE, or --output -"),
        (
            ["-", "-o", "folder"],
            "folder: names a folder, and what comes by standard input has no name; give a file, such as "
            "folder/large.png",
        ),
        (
            ["-", "-o", "a.png", "--format", "jpg"],
            "a.png: is no .jpg file; leave out --format, or name another file",
        ),
        (
            ["-", "-o", "-", "--skip-existing"],
            "--skip-existing: means nothing for standard output, which holds no results yet; leave it out",
        ),
        (["-", "-o", "-"], "standard input: wants an image, found nothing"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(piped, tmp_path, words, message):
    (tmp_path / "folder").mkdir()
    write(tmp_path / "a.png", PHOTO)
    assert piped("upscale", *words) == (2, b"", f"{message}\n")


def test_terminals_are_refused_with_a_way_out(piped, tmp_path):
    write(tmp_path / "a.png", PHOTO)
    assert piped("upscale", "a.png", "-o", "-", terminal=True) == (
        2,
        b"",
        "--output -: standard output is a terminal, which shows no pictures; send it to a file (> large.png), to "
        "another program, or name a file (--output large.png)\n",
    )
    assert piped("upscale", "-", "-o", "b.png", terminal=True)[2] == (
        "-: standard input is the keyboard; send a photograph: srkit upscale - -o - < a.jpg > b.jpg\n"
    )


def test_what_fails_writes_nothing_and_names_the_stream(piped):
    code, out, err = piped("upscale", "-", "-o", "-", "-q", given=b"Dear diary")
    assert (code, out, err) == (1, b"", "standard input: wants an image, found a file of another kind\n")
    code, out, err = piped("upscale", "-", "-o", "-", "-q", given=PNG[:-30])
    assert (code, out) == (1, b"")
    assert err.startswith("standard input: wants a whole image, found one that is cut off after ")


def test_a_program_that_reads_no_more_is_told(tmp_path):
    class Closed(io.BytesIO):
        def write(self, _data):
            raise BrokenPipeError(32, "Broken pipe")

    job = Job(tmp_path / "a.png", tmp_path / "standard output", stream=Stream(Closed(), ".png"))
    with pytest.raises(ImageError, match="standard output: cannot be written: Broken pipe"), job.created() as file:
        file.write(PNG)


@pytest.mark.slow
def test_a_pipe_of_processes(tmp_path):
    command = [sys.executable, "-m", "srkit", "upscale", "-", "-o", "-", "--model", "bicubic", "--scale", "2"]
    done = subprocess.run(command, input=PNG, capture_output=True)
    assert done.returncode == 0
    (tmp_path / "a.png").write_bytes(done.stdout)
    assert read_full(tmp_path / "a.png").shape == (24, 32, 3)
