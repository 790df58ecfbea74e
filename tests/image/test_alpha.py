import io

import numpy as np
import pytest
from PIL import Image

from srkit.errors import ImageError
from srkit.image import files

RGBA = np.random.default_rng(0).integers(0, 256, (7, 9, 4), dtype=np.uint8)


def tiff(image, **options):
    data = io.BytesIO()
    Image.fromarray(image).save(data, "TIFF", **options)
    return data.getvalue()


@pytest.mark.parametrize("channels", [2, 4])
@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
def test_a_tiffs_colours_are_not_multiplied_by_its_alpha(tmp_path, channels, compression):
    image = RGBA[..., -channels:].copy()
    (tmp_path / "a.tif").write_bytes(tiff(image, compression=compression))
    assert np.array_equal(files.read_full(tmp_path / "a.tif"), image)


def test_a_cut_tiff_with_alpha_is_refused(tmp_path):
    (tmp_path / "a.tif").write_bytes(tiff(RGBA.repeat(50, 0))[:-3000])
    with pytest.raises(ImageError, match="can be decoded, found one that is cut off or damaged"):
        files.read_full(tmp_path / "a.tif")


@pytest.mark.parametrize("bits", [8, 16])
def test_the_transparent_gray_of_a_png_is_its_alpha(tmp_path, bits):
    gray = RGBA[..., 0].astype(np.uint16) * 257 if bits == 16 else RGBA[..., 0]
    key = int(gray[2, 3])
    Image.fromarray(gray).save(tmp_path / "a.png", transparency=key)
    found = files.read_full(tmp_path / "a.png")
    assert np.array_equal(found[..., 0], gray)
    assert np.array_equal(found[..., 1] == 0, gray == key)
    assert found[..., 1].max() == 2**bits - 1


def test_the_transparent_gray_counts_in_the_depth_of_the_file(tmp_path):
    black_and_white = Image.fromarray(RGBA[..., 0]).convert("1")
    black_and_white.save(tmp_path / "a.png", transparency=1)
    found = files.read_full(tmp_path / "a.png")
    assert np.array_equal(found[..., 0], np.asarray(black_and_white) * 255)
    assert np.array_equal(found[..., 1], 255 - found[..., 0])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_gray_with_alpha_is_written_as_it_is(tmp_path, dtype):
    smooth = np.arange(60)[:, None] * 3 + np.arange(50) * 2  # where its two filters pay
    image = (np.stack([smooth, smooth[::-1]], -1) / 300 * np.iinfo(dtype).max).astype(dtype)
    files.write(tmp_path / "a.png", image)
    assert np.array_equal(files.read_full(tmp_path / "a.png"), image)
    with Image.open(tmp_path / "a.png") as other:
        assert other.size == (50, 60)
        assert other.mode in ("LA", "RGBA")
        assert np.array_equal(np.asarray(other)[..., -1], image[..., 1] >> (8 * (dtype == np.uint16)))


def test_a_palettes_transparency_is_alpha(tmp_path):
    picture = Image.fromarray(RGBA[..., :3].copy()).quantize(16)
    picture.save(tmp_path / "a.png", transparency=3)
    with Image.open(tmp_path / "a.png") as same:
        wanted = np.asarray(same.convert("RGBA"))
    assert np.array_equal(files.read_full(tmp_path / "a.png"), wanted)
    assert 0 < (wanted[..., 3] == 0).sum() < wanted[..., 3].size
