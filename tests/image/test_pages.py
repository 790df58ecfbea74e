import struct
from io import BytesIO
from mmap import mmap

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from srkit.errors import ImageError
from srkit.image import codec, exif, files
from srkit.image.metadata import Metadata
from srkit.image.pages import PageWriter, isolate, places
from srkit.image.photo import opened

RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 256, (20, 30, 3), np.uint8)
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
IMAGES = [
    RGB,
    RNG.integers(0, 65536, (8, 40, 3), np.uint16),
    RGB[:17, :9, :1].copy(),
    np.dstack([RGB, RGB[..., 0]]),
]


def document(path, order="<", **options):
    """Write a TIFF of four pages by tifffile: other sizes, depths, colours and resolutions."""
    with tifffile.TiffWriter(path, byteorder=order, **options) as writer:
        for number, image in enumerate(IMAGES, 1):
            writer.write(
                image if image.shape[2] > 1 else image[..., 0],
                photometric="rgb" if image.shape[2] > 1 else "minisblack",
                extrasamples=["unassalpha"] if image.shape[2] == 4 else None,
                resolution=(100 * number, 200 * number),
                resolutionunit="INCH",
                iccprofile=ICC if number == 2 else None,
                description=f"page {number}",
                metadata=None,
                extratags=[(285, "s", 0, f"name {number}", True)],
            )
    return path


@pytest.mark.parametrize(("order", "big"), [("<", False), (">", False), ("<", True), (">", True)])
def test_every_page_is_read_with_its_own_size_depth_and_description(tmp_path, order, big):
    path = document(tmp_path / "a.tif", order, bigtiff=big)
    before = path.read_bytes()
    with opened(path) as file:
        assert len(file) == 4
        for page in (2, 0, 3, 1):
            header, photo = file.look(page), file.read(page)
            assert np.array_equal(photo.pixels, IMAGES[page])
            assert (header.height, header.width, header.channels) == IMAGES[page].shape
            assert photo.metadata.dpi == pytest.approx((100 * (page + 1), 200 * (page + 1)))
            assert photo.metadata.icc == (ICC if page == 1 else None)
            if not big:
                assert exif.values(photo.metadata.exif)[285][1] == b"name %d\0" % (page + 1)
    assert path.read_bytes() == before
    with pytest.raises(ImageError, match=r"a\.tif: wants one picture of gray or RGB, found 4 pages$"):
        files.read(path)


def test_a_page_that_cannot_be_read_is_named(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(RGB, photometric="rgb")
        writer.write(RNG.normal(0, 1, (4, 4)), photometric="minisblack")
    with opened(tmp_path / "a.tif") as file:
        assert file.look(0).height == 20
        with pytest.raises(ImageError, match=r"a\.tif, page 2: wants one picture .*, found 64-bit floats; save it"):
            file.look(1)


def test_smaller_copies_are_no_pages_and_a_raw_file_has_none(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for image, kind in ((RGB, 0), (RGB[::2, ::2].copy(), 1), (RGB[:9].copy(), 0)):
            writer.write(image, photometric="rgb", subfiletype=kind)
    with opened(tmp_path / "a.tif") as file:
        assert [file.look(page).height for page in range(len(file))] == [20, 9]
    assert places(b"II*\0\1\0\0\0") == []


def test_pages_written_behind_one_another_are_read_by_other_programs(tmp_path):
    block = b"II*\0\10\0\0\0"
    block += struct.pack("<HHHI4sHHIIHHIII", 3, 271, 2, 3, b"Me\0\0", exif.EXIF, 4, 1, 50, exif.GPS, 4, 1, 76, 0)
    exposure = struct.pack("<HHHIII", 1, 33434, 5, 1, 68, 0) + struct.pack("<II", 1, 250)
    block += exposure + struct.pack("<HHHI4sI", 1, 1, 2, 2, b"N\0\0\0", 0)
    written = BytesIO()
    writer = PageWriter(written)
    large = RNG.integers(0, 256, (400, 500, 3), np.uint8)  # so large that it has several strips
    for image in (*IMAGES[:3], large):
        writer.add(*codec.encode(image, tmp_path / "a.tif", metadata=Metadata(None, block), page_order="<"))
    (tmp_path / "a.tif").write_bytes(written.getvalue())
    _, by_opencv = cv2.imreadmulti(str(tmp_path / "a.tif"), flags=cv2.IMREAD_UNCHANGED)
    with tifffile.TiffFile(tmp_path / "a.tif") as file, Image.open(tmp_path / "a.tif") as other:
        assert len(file.pages) == len(by_opencv) == other.n_frames == 4
        assert len(file.pages[3].dataoffsets) > 1
        for number, image in enumerate((*IMAGES[:3], large)):
            assert np.array_equal(file.pages[number].asarray(), image.squeeze())
            assert np.array_equal(by_opencv[number], image[..., ::-1].squeeze())
            assert file.pages[number].subfiletype == 2
            other.seek(number)
            assert (other.getexif()[271], other.getexif().get_ifd(exif.GPS)[1]) == ("Me", "N")
            assert other.getexif().get_ifd(exif.EXIF)[33434] == pytest.approx(0.004)


def test_a_document_of_more_than_4_gb_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr("srkit.image.pages._LARGEST", 3000)
    writer = PageWriter(BytesIO())
    page = codec.encode(RGB, tmp_path / "a.tif", page_order="<")
    writer.add(*page)
    with pytest.raises(ValueError, match="a TIFF ends at 4 GB"):
        writer.add(*page)


def test_a_file_that_ends_with_its_last_entry_is_read(tmp_path):
    data = document(tmp_path / "a.tif").read_bytes()
    content = mmap(-1, len(data))
    content.write(data)
    last = places(data)[-1]
    (entries,) = struct.unpack_from("<H", data, last)
    cut = mmap(-1, last + 2 + 12 * entries)
    cut.write(data[: len(cut)])
    isolate(cut, last)
    assert cut[4:8] == struct.pack("<I", last)


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("back", [0, 1, 3])
def test_pages_that_form_a_ring_are_all_read_once(tmp_path, big, back):
    path = document(tmp_path / "a.tif", bigtiff=big)
    with tifffile.TiffFile(path) as file:
        wanted = [page.offset for page in file.pages]
    data = bytearray(path.read_bytes())
    kinds, length = ("<Q", 20) if big else ("<H", 12)
    (entries,) = struct.unpack_from(kinds, data, wanted[3])
    link = wanted[3] + struct.calcsize(kinds) + length * entries
    struct.pack_into("<Q" if big else "<I", data, link, wanted[back])
    path.write_bytes(data)
    assert places(bytes(data)) == wanted
    with opened(path) as file:
        for page, image in enumerate(IMAGES):
            assert np.array_equal(file.read(page).pixels, image)


@pytest.mark.parametrize("big", [False, True])
def test_a_page_beyond_the_end_of_the_file_is_told(tmp_path, big):
    path = document(tmp_path / "a.tif", bigtiff=big)
    with tifffile.TiffFile(path) as file:
        wanted = [page.offset for page in file.pages]
    with opened(path) as photo:
        assert photo.look(0).note is None
    path.write_bytes(path.read_bytes()[: wanted[3]])
    with opened(path) as photo:
        assert len(photo) == 3
        told = "names a further page beyond the end of the file, which may be cut off; that page is left out"
        assert photo.look(0).note == photo.read(0).note == told
