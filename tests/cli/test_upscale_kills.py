"""A folder of files of every kind, killed again and again, ends as if nothing had happened."""

import io
import signal
import time

import numpy as np
import pytest
import tifffile
from PIL import Image

RNG = np.random.default_rng(0)


def bytes_of(kind, image, **options):
    file = io.BytesIO()
    Image.fromarray(image).save(file, kind, **options)
    return file.getvalue()


def deep(image):
    file = io.BytesIO()
    tifffile.imwrite(file, image.astype(np.uint16) * 257, photometric="rgb")
    return file.getvalue()


KINDS = {
    ".png": lambda image: bytes_of("PNG", image),
    ".gray.png": lambda image: bytes_of("PNG", image[..., 0]),
    ".alpha.png": lambda image: bytes_of("PNG", np.dstack([image, image[..., 0]])),
    ".jpg": lambda image: bytes_of("JPEG", image, dpi=(300, 300)),
    ".webp": lambda image: bytes_of("WEBP", image),
    ".frame.gif": lambda image: bytes_of("GIF", image[..., 0]),
    ".tif": lambda image: bytes_of("TIFF", image),
    ".deep.tif": deep,
    ".cut.png": lambda image: bytes_of("PNG", image)[:-20],
    ".cut.jpg": lambda image: bytes_of("JPEG", image)[:200],
    ".empty.tif": lambda image: b"",
    ".text.webp": lambda image: b"Dear diary",
}
DAMAGED = 4


@pytest.mark.slow
def test_kills_leave_no_trace(srkit, start, tmp_path, zoo):
    source, killed, whole = (tmp_path / name for name in ("source", "killed", "whole"))
    (source / "below").mkdir(parents=True)
    for index in range(4):
        for suffix, encoded in KINDS.items():
            place = source / "below" if index % 2 else source
            (place / f"{index}{suffix}").write_bytes(encoded(RNG.integers(0, 256, (40, 50, 3), np.uint8)))
    good = 4 * (len(KINDS) - DAMAGED)
    words = ["--model", zoo / "lapsrn-x2.safetensors", "--device", "cpu", "--skip-existing", "-o", killed]
    for share in (0.3, 0.7):
        process = start("upscale", source, *words)
        while process.poll() is None and len(list(killed.rglob("[0-9]*.*"))) < share * good:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert len(list(killed.rglob("[0-9]*.*"))) < good
    code, _, err = srkit("upscale", source, *words)
    assert (code, len(err.splitlines())) == (1, 4 * DAMAGED)
    assert srkit("upscale", source, *words[:-1], whole)[0] == 1
    contents = [
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (killed, whole)
    ]
    assert contents[0] == contents[1]
    assert len(contents[0]) == good
