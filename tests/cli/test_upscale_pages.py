"""A TIFF of several pages becomes one of as many larger pages."""

import numpy as np
import pytest
import tifffile

from srkit.image.files import read_full, write
from srkit.image.photo import opened

RNG = np.random.default_rng(0)
PAGES = [
    RNG.integers(0, 256, (20, 30, 3), np.uint8),
    RNG.integers(0, 65536, (12, 9, 3), np.uint16),
    RNG.integers(0, 256, (16, 16, 1), np.uint8),
]


@pytest.fixture
def scan(tmp_path, zoo, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with tifffile.TiffWriter("scan.tif") as writer:
        for number, page in enumerate(PAGES, 1):
            color = page.shape[2] == 3
            writer.write(
                page if color else page[..., 0],
                photometric="rgb" if color else "minisblack",
                resolution=(100 * number, 100 * number),
                resolutionunit="INCH",
                metadata=None,
            )
    return tmp_path / "scan.tif"


def pages_of(path):
    with opened(path) as file:
        return [file.read(page) for page in range(len(file))]


def test_every_page_is_what_it_would_be_alone(srkit, scan):
    code, out, err = srkit("upscale", "scan.tif", "--precision", "fp32")
    assert (code, err) == (0, "")
    assert out.splitlines()[1].startswith("scan.tif -> scan_x2.tif  ")
    for number, (page, found) in enumerate(zip(PAGES, pages_of(scan.with_name("scan_x2.tif")), strict=True), 1):
        write(scan.with_name("one.tif"), page)
        assert srkit("upscale", "one.tif", "--overwrite", "--precision", "fp32")[0] == 0
        assert np.array_equal(found.pixels, read_full(scan.with_name("one_x2.tif")))
        assert found.pixels.dtype == page.dtype
        assert found.metadata.dpi == pytest.approx((100 * number, 100 * number))


def test_a_dry_run_names_the_pages(srkit, scan):
    code, out, err = srkit("upscale", "scan.tif", "--dry-run", "--width", 40)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[1].startswith("scan.tif -> scan_w40.tif  3 pages by lapsrn-x4 + lapsrn-x2, ")
    assert lines[2:5] == [
        "  page 1  30 x 20 -> 40 x 27",
        "  page 2  9 x 12 -> 40 x 53",
        "  page 3  16 x 16 -> 40 x 40",
    ]
    assert not scan.with_name("scan_w40.tif").exists()


def test_a_page_that_has_the_size_stays_as_it_is(srkit, scan):
    assert srkit("upscale", "scan.tif", "--width", 30)[0] == 0
    first, second, third = (photo.pixels for photo in pages_of(scan.with_name("scan_w30.tif")))
    assert np.array_equal(first, PAGES[0])
    assert (second.shape, third.shape) == ((40, 30, 3), (30, 30, 1))
    code, out, _ = srkit("upscale", "scan.tif", "--width", 9)
    assert code == 0
    assert "1 left out: have the size already (width 9) (scan.tif)" in out


def test_other_formats_and_pages_that_cannot_be_read_are_refused_before_the_work(srkit, scan):
    for words in (["--dry-run"], []):
        code, _, err = srkit("upscale", "scan.tif", "--format", "png", *words)
        assert (code, err) == (1, "scan_x2.png: cannot hold the 3 pages of scan.tif; use one of .tif, .tiff\n")
    with tifffile.TiffWriter("scan.tif", append=True) as writer:
        writer.write(PAGES[0].astype(np.int32), photometric="rgb")
    code, _, err = srkit("upscale", "scan.tif")
    assert code == 1
    assert err == (
        "scan.tif, page 4: wants one picture of gray or RGB, found signed 32-bit samples; "
        "save it with 8 or 16 bits a channel\n"
    )
    assert not scan.with_name("scan_x2.tif").exists()


def test_nothing_is_left_of_a_document_whose_work_is_stopped(srkit, scan, monkeypatch):
    from srkit.photographs.upscaler import Upscaler

    steps, calls = Upscaler.steps, []

    def interrupted(self, image, result):
        calls.append(image.shape)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return steps(self, image, result)

    monkeypatch.setattr(Upscaler, "steps", interrupted)
    assert srkit("upscale", "scan.tif")[0] == 130
    assert sorted(path.name for path in scan.parent.iterdir()) == ["scan.tif", "zoo"]


def test_evaluate_refuses_a_document_in_its_words(srkit, scan):
    scan.with_name("folder").mkdir()
    scan.rename("folder/scan.tif")
    code, _, err = srkit("evaluate", "bicubic", "folder", "--scale", 2)
    path = scan.parent / "folder" / "scan.tif"
    assert (code, err) == (2, f"{path}: wants one picture of gray or RGB, found 3 pages\n")
