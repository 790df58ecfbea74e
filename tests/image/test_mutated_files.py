"""Damaged files: whatever was changed in them, they are read or refused by name, and nothing else happens."""

import io
import random

import numpy as np
import pytest
import tifffile
from PIL import Image

from srkit.errors import ImageError
from srkit.image.photo import opened, read_photo


def look(path, max_pixels):
    """Return the header of the first picture in a file."""
    with opened(path) as file:
        return file.look(0, max_pixels)


def last_page(path, max_pixels):
    """Return the last page of a file, most often its only one."""
    with opened(path) as file:
        return file.read(len(file) - 1, max_pixels)


RGB = np.random.default_rng(0).integers(0, 256, (24, 32, 4), dtype=np.uint8)
EXIF = Image.Exif()
EXIF[274], EXIF[271] = 6, "Maker"
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "PLANES", "PAGES")
FEW, MANY = 12, 300
"""Mutations of each format, in the fast tests and in the slow one."""


def plain(name):
    """An encoded picture of a format."""
    file = io.BytesIO()
    if name == "PLANES":
        tifffile.imwrite(
            file,
            np.moveaxis(RGB[..., :3].astype(np.uint16) * 257, 2, 0),
            photometric="rgb",
            planarconfig="separate",
        )
    elif name == "PAGES":
        with tifffile.TiffWriter(file) as writer:
            for height in (24, 9, 5):
                writer.write(RGB[:height, :, :3], photometric="rgb", description=f"{height} rows", metadata=None)
    else:
        picture = Image.fromarray(RGB if name in ("PNG", "WEBP") else RGB[..., :3])
        picture.save(file, name, **({} if name in ("BMP", "GIF") else {"exif": EXIF}))
    return file.getvalue()


def mutated(data, chance):
    """Flip bits, cut, repeat, move or erase a part, or write a large number into a header."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(changed)), chance.randint(1, 40)
        match chance.randrange(7):
            case 0:
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                del changed[max(20, at) :]
            case 2:
                changed[at:at] = changed[at : at + length]
            case 3:
                part = changed[at : at + length]
                del changed[at : at + length]
                place = chance.randrange(len(changed) + 1)
                changed[place:place] = part
            case 4:
                changed[at : at + length] = bytes(min(length, len(changed) - at))
            case 5:
                place = chance.randrange(min(len(changed), 200))
                changed[place : place + 4] = chance.choice([b"\xff\xff\xff\xff", b"\0\0\0\1", b"\x7f\xff\xff\xff"])
            case 6:
                changed[at : at + length] = chance.randbytes(length)
        if not changed:
            return b"\0"
    return bytes(changed)


def survive(name, count, folder):
    chance, data, path = random.Random(f"{name} 1"), plain(name), folder / "a.bin"
    read, refusals = 0, []
    for _ in range(count):
        path.write_bytes(mutated(data, chance))
        for reads in (look, read_photo, last_page):
            try:
                found = reads(path, 2**20)
            except ImageError as error:
                refusals.append(str(error))
            else:
                read += 1
                assert found.metadata.renewed(48, 64) is not None
    assert all(one.startswith((f"{path}: ", f"{path}, page ")) and "\n" not in one for one in refusals)
    return read


@pytest.mark.parametrize("name", FORMATS)
def test_a_mutated_file_is_read_or_refused_by_its_name(name, tmp_path, capfd):
    survive(name, FEW, tmp_path)
    assert capfd.readouterr().err == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_many_mutated_files(name, tmp_path, capfd):
    assert 0 < survive(name, MANY, tmp_path) < 3 * MANY  # some are read still, and some are refused
    assert capfd.readouterr().err == ""
