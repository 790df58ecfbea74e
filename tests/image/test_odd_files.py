"""Files as people have them: formats, colours, resolutions and damage that other programs leave behind."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, PngImagePlugin

from srkit.errors import ImageError
from srkit.image import files
from srkit.image.formats import misfit, result_suffix
from srkit.image.metadata import Metadata
from srkit.image.photo import opened, read_photo


def look(path):
    """Return the header of the first picture in a file."""
    with opened(path) as file:
        return file.look()


RGB = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)
SMOOTH = np.tile(np.linspace(0, 255, 32, dtype=np.uint8)[:, None], (24, 1, 3))
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><tiff:Orientation>6</tiff:Orientation></x:xmpmeta>'


def with_chunk(png, kind, body):
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return png[:33] + chunk + png[33:]


def saved(path, picture=None, **options):
    (picture or Image.fromarray(RGB)).save(path, **options)
    return path


@pytest.mark.parametrize("target", [".jpg", ".png", ".tif"])
@pytest.mark.parametrize("source", [".jpg", ".png", ".tif"])
def test_the_resolution_goes_from_every_format_to_every_other(tmp_path, source, target):
    photo = read_photo(saved(tmp_path / f"a{source}", dpi=(300, 150)))
    files.write(tmp_path / f"b{target}", photo.pixels, metadata=photo.metadata.renewed(*photo.pixels.shape[:2]))
    with Image.open(tmp_path / f"b{target}") as picture:
        assert picture.info["dpi"] == pytest.approx((300, 150), abs=0.02)


def test_a_density_in_centimetres_is_one_in_inches(tmp_path):
    data = bytearray(saved(tmp_path / "a.jpg", dpi=(100, 100)).read_bytes())
    data[13] = 2
    (tmp_path / "a.jpg").write_bytes(data)
    assert read_photo(tmp_path / "a.jpg").metadata.dpi == pytest.approx((254, 254))


@pytest.mark.parametrize("target", [".jpg", ".png", ".tif", ".webp", ".avif"])
@pytest.mark.parametrize("source", [".jpg", ".png", ".tif", ".webp", ".avif"])
def test_xmp_goes_from_every_format_to_every_other_and_stands_upright(tmp_path, source, target):
    options = {"xmp": XMP}
    if source == ".png":
        options = {"pnginfo": PngImagePlugin.PngInfo()}
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    elif source == ".tif":
        options = {"tiffinfo": {700: XMP}}
    photo = read_photo(saved(tmp_path / f"a{source}", **options))
    files.write(tmp_path / f"b{target}", photo.pixels, metadata=photo.metadata.renewed(48, 64))
    assert read_photo(tmp_path / f"b{target}").metadata.xmp == XMP.replace(b"6", b"1")


def test_xmp_of_films_and_further_pictures_is_dropped_and_sizes_are_renewed():
    assert Metadata(xmp=b"<a GCamera:MotionPhoto='1'/>").renewed(10, 20).xmp is None
    assert Metadata(xmp=b"<a hdrgm:Version='1.0'/>").renewed(10, 20).xmp is None
    said = b'<a tiff:ImageWidth="5" tiff:ImageLength="6"><exif:PixelYDimension>6</exif:PixelYDimension></a>'
    found = Metadata(xmp=said).renewed(10, 20).xmp
    assert found == said.replace(b'"5"', b'"20"').replace(b'"6"', b'"10"').replace(b">6<", b">10<")


COLOURS = {
    "linear": (b"gAMA", struct.pack(">I", 100000), "a gamma of 1"),
    "wide": (b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000), "primaries"),
    "hdr": (b"cICP", bytes([9, 16, 0, 1]), r"cICP \(9, 16, 0, 1\)"),
    "sRGB": (b"sRGB", b"\0", None),
    "nearly sRGB": (b"gAMA", struct.pack(">I", 45454), None),
}


@pytest.mark.parametrize("name", COLOURS)
def test_what_the_numbers_of_a_png_stand_for_is_kept_or_the_target_is_refused(tmp_path, name):
    kind, body, refused = COLOURS[name]
    path = saved(tmp_path / "a.png")
    path.write_bytes(with_chunk(path.read_bytes(), kind, body))
    photo = read_photo(path)
    assert np.array_equal(photo.pixels, RGB)
    files.write(tmp_path / "b.png", photo.pixels, metadata=photo.metadata)
    assert kind + body in (tmp_path / "b.png").read_bytes()
    if refused:
        with pytest.raises(ImageError, match=f"cannot hold .*{refused}.*, which the source has; use .png"):
            files.write(tmp_path / "b.jpg", photo.pixels, metadata=photo.metadata)
    else:
        files.write(tmp_path / "b.jpg", photo.pixels, metadata=photo.metadata)


def test_texts_of_a_png_stay_in_a_png(tmp_path):
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", "Jane")
    said.add_text("parameters", "x" * 9_000)
    photo = read_photo(saved(tmp_path / "a.png", pnginfo=said))
    files.write(tmp_path / "b.png", photo.pixels, metadata=photo.metadata.renewed(24, 32))
    with Image.open(tmp_path / "b.png") as picture:
        picture.load()
        assert (picture.text["Author"], len(picture.text["parameters"])) == ("Jane", 9_000)


def test_a_text_of_nine_megabytes_does_not_hinder(tmp_path, capfd):
    said = PngImagePlugin.PngInfo()
    said.add_text("parameters", "x" * 9_000_000)
    assert np.array_equal(read_photo(saved(tmp_path / "a.png", pnginfo=said)).pixels, RGB)
    assert capfd.readouterr().err == ""


def test_a_colour_jpeg_has_full_colour_resolution(tmp_path):
    stripes = np.zeros((32, 48, 3), np.uint8)
    stripes[..., 2], stripes[::4] = 200, (230, 20, 20)
    for suffix in (".jpg", ".jfif"):
        files.write(tmp_path / f"a{suffix}", stripes)
        with Image.open(tmp_path / f"a{suffix}") as picture:
            assert [component[1:3] for component in picture.layer] == [(1, 1)] * 3
        assert np.abs(files.read(tmp_path / f"a{suffix}").astype(int) - stripes).mean() < 2


def test_a_damaged_jpeg_is_refused_by_its_name(tmp_path, capfd):
    data = bytearray(saved(tmp_path / "a.jpg", Image.fromarray(RGB.repeat(8, 0).repeat(8, 1))).read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    (tmp_path / "a.jpg").write_bytes(data)
    with pytest.raises(
        ImageError, match=r"a\.jpg: wants an image that can be decoded, found a damaged one: corrupt"
    ):
        files.read(tmp_path / "a.jpg")
    assert capfd.readouterr().err == ""


def test_a_gif_an_avif_and_a_heic_are_read(tmp_path):
    plain = Image.fromarray(SMOOTH)
    saved(tmp_path / "a.gif", plain.convert("L"))
    saved(tmp_path / "a.avif", plain, quality=95, exif=Image.Exif())
    assert np.array_equal(
        files.read(tmp_path / "a.gif"), np.repeat(np.asarray(plain.convert("L"))[..., None], 3, 2)
    )
    assert np.abs(files.read(tmp_path / "a.avif").astype(int) - SMOOTH).max() < 6
    assert [result_suffix(one) for one in (".gif", ".AVIF", ".heic", ".mpo")] == [".png", ".AVIF", ".jpg", ".jpg"]
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.from_pillow(plain).save(tmp_path / "a.heic", quality=95)
    assert np.abs(files.read(tmp_path / "a.heic").astype(int) - SMOOTH).max() < 8
    assert look(tmp_path / "a.heic").channels == 3


def test_an_avif_of_the_general_brand_is_an_avif(tmp_path):
    data = saved(tmp_path / "a.avif").read_bytes()
    wanted = files.read(tmp_path / "a.avif")
    (tmp_path / "a.avif").write_bytes(data[:8] + b"mif1" + data[12:])
    assert b"avif" in data[16:40]
    assert np.array_equal(files.read(tmp_path / "a.avif"), wanted)


def test_an_animated_gif_and_avif_are_refused_everywhere(tmp_path):
    frames = [Image.fromarray(RGB), Image.fromarray(RGB[::-1].copy())]
    for name in ("a.gif", "a.avif", "a.png", "a.webp"):
        saved(tmp_path / name, frames[0], save_all=True, append_images=frames[1:])
        for reads in (look, read_photo, files.read, files.size):
            with pytest.raises(ImageError, match="wants one picture of gray or RGB, found an animation"):
                reads(tmp_path / name)


def test_an_animation_of_one_frame_is_a_picture(tmp_path):
    path = saved(tmp_path / "a.png")
    path.write_bytes(with_chunk(path.read_bytes(), b"acTL", struct.pack(">II", 1, 0)))
    assert np.array_equal(read_photo(path).pixels, RGB)


def test_an_avif_is_written_with_alpha_and_full_colour(tmp_path):
    image = np.dstack([SMOOTH, np.full((24, 32), 255, np.uint8)])
    image[:8, :, 3] = 0
    files.write(tmp_path / "a.avif", image, quality=95)
    found = files.read_full(tmp_path / "a.avif")
    assert found.shape == image.shape
    assert np.abs(found.astype(int) - image)[8:].max() < 8


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_floats_go_in_and_out_of_a_tiff(tmp_path, channels):
    image = np.random.default_rng(1).random((24, 32, channels), np.float32)
    files.write(tmp_path / "a.tif", image)
    photo = read_photo(tmp_path / "a.tif")
    assert np.array_equal(photo.pixels, image)
    assert look(tmp_path / "a.tif").dtype == np.float32
    assert np.array_equal(files.read(tmp_path / "a.tif"), (image[..., : max(1, min(3, channels))] * 255).round())
    assert "cannot hold floats" in misfit(".png", 24, 32, 3, np.dtype(np.float32))


def test_other_types_of_samples_are_refused_by_the_header_too(tmp_path):
    for name, image in {
        "signed 32-bit samples": RGB[..., 0].astype(np.int32),
        "unsigned 32-bit samples": RGB[..., 0].astype(np.uint32),
        "64-bit floats": RGB[..., 0].astype(np.float64),
    }.items():
        tifffile.imwrite(tmp_path / "a.tif", image)
        for reads in (look, read_photo):
            with pytest.raises(ImageError, match=f"wants one picture of gray or RGB, found {name}; save it with "):
                reads(tmp_path / "a.tif")


def test_a_bigtiff_is_read(tmp_path):
    for image in (RGB, RGB.astype(np.uint16) * 257):
        tifffile.imwrite(tmp_path / "a.tif", image, bigtiff=True, resolution=(72, 72), resolutionunit="INCH")
        assert np.array_equal(read_photo(tmp_path / "a.tif").pixels, image)
    assert read_photo(tmp_path / "a.tif").metadata.dpi == (72, 72)


def cmyk_profile():
    """A profile of four inks (ICC 2.1), a table of two values an ink: black darkens all, the others less."""
    straight = bytes(range(256))
    inks = [[(node >> (3 - ink)) & 1 for ink in range(4)] for node in range(16)]
    colors = b"".join(
        bytes([round(255 * (1 - k) * (1 - 0.3 * c - 0.3 * m - 0.1 * y)), 128 + 40 * (m - c), 128 + 40 * y - 20 * m])
        for c, m, y, k in inks
    )
    identity = struct.pack(">9i", *(65536 * (index % 4 == 0) for index in range(9)))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + 4 * straight + colors + 3 * straight
    name = b"desc" + bytes(4) + struct.pack(">I", 5) + b"inks\0" + bytes(78)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    tags = {b"desc": name, b"cprt": b"text" + bytes(4) + b"none\0", b"wtpt": white, b"A2B0": table}
    place, rows, bodies = 128 + 4 + 12 * len(tags), b"", b""
    for kind, body in tags.items():
        rows += kind + struct.pack(">II", place + len(bodies), len(body))
        bodies += body + bytes(-len(body) % 4)
    head = bytes(8) + b"\2\x10\0\0prtrCMYKLab " + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += struct.pack(">3i", 63190, 65536, 54061)
    content = head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + rows + bodies
    return struct.pack(">I", len(content)) + content[4:]


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_cmyk_is_turned_to_srgb_through_its_profile(tmp_path, suffix):
    profile, inks = cmyk_profile(), Image.fromarray(SMOOTH).convert("CMYK")
    saved(tmp_path / f"a{suffix}", inks, icc_profile=profile)
    photo = read_photo(tmp_path / f"a{suffix}")
    wanted = ImageCms.profileToProfile(
        inks, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert np.asarray(wanted).std() > 20
    assert np.abs(photo.pixels.astype(int) - np.asarray(wanted)).mean() < 4
    assert photo.metadata.icc[16:20] == b"RGB "
    assert photo.note == "is CMYK, and was turned to sRGB through its colour profile"


def test_a_bmp_with_alpha_has_four_channels_in_its_header_too(tmp_path):
    cv2.imwrite(str(tmp_path / "a.bmp"), np.dstack([RGB, RGB[..., :1]]))
    assert look(tmp_path / "a.bmp").channels == read_photo(tmp_path / "a.bmp").pixels.shape[2]


def test_further_pictures_and_films_in_a_jpeg_are_named(tmp_path):
    first = Image.fromarray(RGB)
    first.save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=[first.rotate(180)])
    assert read_photo(tmp_path / "a.jpg").note == "holds further pictures (MPO), which are left out"
    plain = saved(tmp_path / "b.jpg").read_bytes()
    assert read_photo(tmp_path / "b.jpg").note is None
    (tmp_path / "b.jpg").write_bytes(plain + b"\0\0\0\x18ftypmp42" + bytes(100))
    assert look(tmp_path / "b.jpg").note == "holds a film too (a motion photo), which is left out"


STRANGERS = {
    "a.psd": (b"8BPS\0\1", "a Photoshop file"),
    "a.jxl": (b"\xff\x0a\0", "a JPEG XL"),
    "a.jp2": (b"\0\0\0\x0cjP  \r\n", "a JPEG 2000"),
    "a.svg": (b"<svg xmlns='x'/>", "an SVG"),
    "a.pdf": (b"%PDF-1.4", "a PDF"),
    "a.exr": (b"\x76\x2f\x31\x01", "an OpenEXR file"),
    "a.mp4": (b"\0\0\0\x18ftypmp42", "a film"),
    "a.cr3": (b"\0\0\0\x18ftypcrx ", "a camera's raw file"),
    "a.html": (b"<!DOCTYPE html>", "a web page"),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_unknown_formats_are_named_by_what_they_are(tmp_path, name):
    content, kind = STRANGERS[name]
    (tmp_path / name).write_bytes(content + bytes(40))
    with pytest.raises(ImageError, match=f"wants a PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF or HEIC, found {kind}$"):
        look(tmp_path / name)
