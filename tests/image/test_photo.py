import io
import struct

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, ImageOps

from srkit.errors import ImageError
from srkit.image import codec, exif, files
from srkit.image.metadata import Metadata
from srkit.image.photo import opened, read_photo, turned


def look(path, max_pixels=codec.MAX_PIXELS):
    """Return the header of the first picture in a file."""
    with opened(path) as file:
        return file.look(0, max_pixels)


NOISE = np.random.default_rng(0).integers(0, 256, (40, 56, 4), dtype=np.uint8)
RGB = NOISE[..., :3].copy()
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SUFFIXES = [".jpg", ".png", ".webp", ".tif"]
MAKERS_NOTE = bytes(range(200))


def exif_block(orientation=6):
    made = Image.Exif()
    made[exif.ORIENTATION] = orientation
    made[271] = "Maker & Sons"
    made[306] = "2024:05:06 07:08:09"
    details = made.get_ifd(exif.EXIF)
    details[33434] = 0.01  # exposure, a rational
    details[37500] = MAKERS_NOTE
    details[exif.PIXELS_ACROSS], details[exif.PIXELS_DOWN] = 56, 40
    made.get_ifd(exif.GPS)[1] = "N"
    return made.tobytes()


def pages(block):
    with tifffile.TiffFile(io.BytesIO(block)) as file:
        return len(file.pages)


def save(path, image=RGB, **options):
    options = {".webp": {"lossless": True}, ".jpg": {"quality": 95}}.get(path.suffix, {}) | options
    Image.fromarray(image).save(path, **options)
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_stands_upright(tmp_path, suffix, orientation):
    if suffix == ".tif":
        path = save(tmp_path / "a.tif", tiffinfo={exif.ORIENTATION: orientation})
    else:
        path = save(tmp_path / f"a{suffix}", exif=exif_block(orientation))
    with Image.open(path) as picture:
        picture.load()
        wanted = np.asarray(picture if suffix == ".tif" else ImageOps.exif_transpose(picture))
    found = read_photo(path).pixels
    assert found.shape == wanted.shape
    assert np.abs(found.astype(int) - wanted).max() <= (6 if suffix == ".jpg" else 0)  # two decoders
    sketch = look(path)
    assert (sketch.height, sketch.width, sketch.channels, sketch.dtype) == (*found.shape, found.dtype)


def test_turning_keeps_every_pixel():
    for orientation in range(1, 9):
        assert sorted(turned(NOISE, orientation).ravel()) == sorted(NOISE.ravel())
        assert turned(NOISE, orientation).flags["C_CONTIGUOUS"]


@pytest.mark.parametrize("source", SUFFIXES)
@pytest.mark.parametrize("target", SUFFIXES)
def test_profile_and_exif_go_from_every_format_to_every_other(tmp_path, source, target):
    path = save(tmp_path / f"a{source}", icc_profile=ICC, exif=exif_block())
    photo = read_photo(path)
    large = photo.pixels.repeat(2, 0).repeat(2, 1)
    files.write(tmp_path / f"b{target}", large, metadata=photo.metadata.renewed(*large.shape[:2]))
    with Image.open(tmp_path / f"b{target}") as picture:
        picture.load()
        assert picture.size == (large.shape[1], large.shape[0])
        assert picture.info["icc_profile"] == ICC
        said = picture.getexif()
        assert said.get(exif.ORIENTATION, 1) == 1
        assert said[271] == "Maker & Sons"
        assert said[306] == "2024:05:06 07:08:09"
        details = said.get_ifd(exif.EXIF)
        assert float(details[33434]) == pytest.approx(0.01)
        assert details[37500] == MAKERS_NOTE
        assert said.get_ifd(exif.GPS)[1] == "N"
    assert np.array_equal(files.read_full(tmp_path / f"b{target}"), large) or target == ".jpg"
    again = read_photo(tmp_path / f"b{target}")
    assert again.metadata.icc == ICC
    assert again.pixels.shape == large.shape


def handmade(order):
    """EXIF as a camera has it: orientation, a directory below, a second directory with the thumbnail."""

    def directory(*entries, following=0):
        rows = b"".join(
            struct.pack(order + ("HHIHxx" if kind == exif.SHORT else "HHII"), tag, kind, 1, value)
            for tag, kind, value in entries
        )
        return struct.pack(order + "H", len(entries)) + rows + struct.pack(order + "I", following)

    first = directory((exif.WIDTH, 4, 56), (exif.ORIENTATION, 3, 8), (exif.EXIF, 4, 50), following=68)
    below, thumbnail = directory((exif.PIXELS_ACROSS, 3, 56)), directory((513, 4, 100), (514, 4, 0))
    return (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8) + first + below + thumbnail


@pytest.mark.parametrize("order", "<>")
def test_sizes_are_renewed_and_the_thumbnail_is_gone(order):
    block = handmade(order)
    assert pages(block) == 2
    assert exif.orientation(block) == 8
    fresh = exif.renewed(block, 3000, 70000)
    assert pages(fresh) == 1
    said = Image.Exif()
    said.load(b"Exif\0\0" + fresh)
    assert said[exif.ORIENTATION] == 1
    assert said[exif.WIDTH] == 70000
    assert said.get_ifd(exif.EXIF)[exif.PIXELS_ACROSS] == 70000


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_tiff_with_metadata_is_still_that_picture(tmp_path, channels, dtype):
    image = NOISE[..., :channels].astype(dtype) * (np.iinfo(dtype).max // 255)
    files.write(tmp_path / "a.tif", image, metadata=Metadata(None, exif_block().removeprefix(b"Exif\0\0")))
    wanted = image[..., [0, 0, 0, 1]] if channels == 2 else image
    assert np.array_equal(read_photo(tmp_path / "a.tif").pixels, wanted)
    with Image.open(tmp_path / "a.tif") as other:
        assert other.tag_v2.get(338) == ((2,) if channels in (2, 4) else None)


def test_a_long_profile_is_cut_into_segments(tmp_path):
    profile = ICC[:36] + b"acsp" + np.random.default_rng(0).bytes(200_000)
    for suffix in SUFFIXES:
        files.write(tmp_path / f"a{suffix}", RGB, metadata=Metadata(profile))
        assert read_photo(tmp_path / f"a{suffix}").metadata.icc == profile
        with Image.open(tmp_path / f"a{suffix}") as other:
            assert other.info["icc_profile"] == profile


def test_a_gray_profile_is_not_put_on_colours(tmp_path):
    gray = bytes(16) + b"GRAY" + bytes(100)
    files.write(tmp_path / "a.png", NOISE[..., :1], metadata=Metadata(gray))
    assert read_photo(tmp_path / "a.png").metadata.icc == gray
    for suffix, image in ((".webp", NOISE[..., :2]), (".png", RGB)):
        files.write(tmp_path / f"b{suffix}", image, metadata=Metadata(gray))
        assert read_photo(tmp_path / f"b{suffix}").metadata.icc is None


def test_damaged_metadata_are_left_out(tmp_path):
    block = exif_block().removeprefix(b"Exif\0\0")
    for broken in (b"", b"II", block[:20], block[:4] + b"\xff\xff\xff\x7f" + block[8:]):
        path = save(tmp_path / "a.jpg", exif=b"Exif\0\0" + broken)
        photo = read_photo(path)
        assert photo.pixels.shape == (40, 56, 3)
        files.write(tmp_path / "b.tif", photo.pixels, metadata=photo.metadata.renewed(40, 56))
        assert read_photo(tmp_path / "b.tif").metadata.exif is None


FRAMES = [Image.fromarray(RGB), Image.fromarray(RGB[::-1].copy())]
REFUSED = {
    "a.webp": (FRAMES, "found an animation"),
    "a.png": (FRAMES, "found an animation"),
    "a.tif": (FRAMES, "found 2 pages"),
    "b.tif": ([FRAMES[0].convert("CMYK")], "found CMYK without a colour profile; turn it to RGB first"),
    "b.jpg": ([FRAMES[0].convert("CMYK")], "found CMYK without a colour profile; turn it to RGB first"),
    "c.tif": ([FRAMES[0].convert("LAB")], "found CIELAB; turn it to RGB first, with its colour profile"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_lose_something_is_refused(tmp_path, name):
    frames, message = REFUSED[name]
    more = {"save_all": True, "append_images": frames[1:]} if frames[1:] else {}
    frames[0].save(tmp_path / name, **more)
    for reads in (files.read, read_photo):
        with pytest.raises(ImageError, match=f"wants one picture of gray or RGB, {message}$"):
            reads(tmp_path / name)


def test_a_smaller_copy_is_no_second_page(tmp_path):
    data = io.BytesIO()
    small = FRAMES[0].resize((10, 10))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    FRAMES[0].save(data, "TIFF", save_all=True, append_images=[small])
    (tmp_path / "a.tif").write_bytes(data.getvalue())
    assert pages(data.getvalue()) == 2
    assert np.array_equal(read_photo(tmp_path / "a.tif").pixels, RGB)


def test_the_limit_can_be_raised(tmp_path):
    path = save(tmp_path / "a.png")
    for reads in (look, read_photo):
        with pytest.raises(ImageError, match="wants at most 2,239 pixels, its header says 56 x 40"):
            reads(path, 2239)
        reads(path, 2240)


def test_formats_have_an_end(tmp_path):
    for suffix, side in ((".jpg", 65501), (".webp", 16384)):
        with pytest.raises(ImageError, match=rf"cannot hold {side} x 1 pixels, its sides end at .*; use \.png"):
            files.write(tmp_path / f"a{suffix}", np.zeros((1, side, 1), np.uint8))
        files.write(tmp_path / f"a{suffix}", np.zeros((1, side - 1, 1), np.uint8))
        assert files.size(tmp_path / f"a{suffix}") == (1, side - 1)


def test_a_ring_of_pages_ends(tmp_path):
    directory = struct.pack("<HHHIII", 1, 256, 3, 1, 5, 8)  # its next page is the page itself
    (tmp_path / "a.tif").write_bytes(b"II*\0" + struct.pack("<I", 8) + directory)
    with pytest.raises(ImageError, match="found a TIFF with a broken header"):
        look(tmp_path / "a.tif")


WHAT_FORMATS_HOLD = [
    (suffix, channels, dtype)
    for suffix in (".png", ".webp", ".tif", ".bmp", ".jpg")
    for channels in (1, 2, 3, 4)
    for dtype in (np.uint8, np.uint16)
    if not codec.misfit(suffix, 40, 56, channels, np.dtype(dtype))
]


@pytest.mark.parametrize(("suffix", "channels", "dtype"), WHAT_FORMATS_HOLD)
def test_the_header_says_what_decoding_gives(tmp_path, suffix, channels, dtype):
    path, image = tmp_path / f"a{suffix}", NOISE[..., :channels].astype(dtype)
    files.write(path, image)
    sketch, found = look(path), read_photo(path).pixels
    assert (sketch.height, sketch.width, sketch.channels, sketch.dtype) == (*found.shape, found.dtype)


def test_the_header_knows_palettes_and_transparent_colours(tmp_path):
    palette = Image.fromarray(RGB).quantize(16)
    for name, options in (("a.png", {}), ("b.png", {"transparency": 3}), ("a.tif", {})):
        palette.save(tmp_path / name, **options)
        assert look(tmp_path / name).channels == read_photo(tmp_path / name).pixels.shape[2]
    Image.fromarray(RGB[..., 0]).save(tmp_path / "c.png", transparency=3)
    assert look(tmp_path / "c.png").channels == read_photo(tmp_path / "c.png").pixels.shape[2] == 2


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_planes_of_16_bits_are_the_picture_and_no_noise(tmp_path, channels, compression):
    deep = np.random.default_rng(0).integers(0, 65536, (channels, 200, 300), dtype=np.uint16)
    alpha = {"extrasamples": ["unassalpha"]} if channels == 4 else {}
    tag = (exif.ORIENTATION, exif.SHORT, 1, 6, True)
    for name, tags in (("a.tif", []), ("turned.tif", [tag])):
        tifffile.imwrite(
            tmp_path / name,
            deep,
            photometric="rgb",
            planarconfig="separate",
            compression=compression,
            extratags=tags,
            **alpha,
        )
    wanted = np.moveaxis(deep, 0, -1)
    assert np.array_equal(read_photo(tmp_path / "a.tif").pixels, wanted)
    assert np.array_equal(files.read_full(tmp_path / "turned.tif"), turned(wanted, 6))
    assert look(tmp_path / "turned.tif").height == 300


def test_planes_that_cannot_be_read_are_refused(tmp_path):
    path = tmp_path / "a.tif"
    deep = np.zeros((3, 20, 30), np.uint16)
    tifffile.imwrite(path, deep, photometric="rgb", planarconfig="separate", compression="zlib")
    data = path.read_bytes()
    packed = struct.pack("<HHIHxx", 259, 3, 1, 8)
    assert packed in data
    path.write_bytes(data.replace(packed, struct.pack("<HHIHxx", 259, 3, 1, 34712)))  # JPEG 2000
    for reads in (look, read_photo, files.read):
        with pytest.raises(ImageError, match=r"a\.tif: .* 16-bit channels in planes, .*; save it with its chan"):
            reads(path)


def test_soft_edges_of_16_bits_are_not_darkened(tmp_path):
    deep = NOISE.astype(np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", deep, photometric="rgb", extrasamples=["assocalpha"])
    with pytest.raises(ImageError, match="colours multiplied by their alpha; save it without"):
        read_photo(tmp_path / "a.tif")


def test_a_thumbnail_is_not_taken_for_the_picture(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.nef") as writer:
        writer.write(RGB[::4, ::4].copy(), photometric="rgb", subfiletype=1, subifds=1)
        writer.write(RGB[..., 0].copy(), photometric="minisblack")
    with pytest.raises(ImageError, match=r"a smaller copy of it first, .*; develop that first"):
        read_photo(tmp_path / "a.nef")


@pytest.mark.parametrize("order", "<>")
def test_a_makers_note_stays_where_it_was_in_a_tiff(tmp_path, order):
    block = exif.renewed(handmade(order) + b"note", 40, 56)
    files.write(tmp_path / "a.tif", RGB, metadata=Metadata(ICC, block))
    data = (tmp_path / "a.tif").read_bytes()
    assert data[8 : len(block)] == block[8:]
    assert np.array_equal(files.read_full(tmp_path / "a.tif"), RGB)
    assert read_photo(tmp_path / "a.tif").metadata.icc == ICC
    with Image.open(tmp_path / "a.tif") as other:
        assert other.getexif().get_ifd(exif.EXIF)[exif.PIXELS_ACROSS] == 56


def test_damaged_planes_are_refused(tmp_path):
    path = tmp_path / "a.tif"
    deep = np.random.default_rng(0).integers(0, 65536, (3, 20, 30), dtype=np.uint16)
    tifffile.imwrite(path, deep, photometric="rgb", planarconfig="separate", compression="zlib")
    with tifffile.TiffFile(path) as file:
        (start, *_) = file.pages[0].dataoffsets
    data = bytearray(path.read_bytes())
    data[start : start + 40] = bytes(40)
    path.write_bytes(data)
    with pytest.raises(ImageError, match=r"a\.tif: .*found one that is cut off or damaged"):
        files.read(path)
