import pytest

from srkit.datasets.folder import folder
from srkit.errors import DataError, ImageError


def test_all_images_below_are_found_in_order(fill):
    path = fill("all", ["b.png", "a.jpg"])
    fill("all/deep", ["c.webp", "a.png"], size=(8, 10))
    (path / "notes.txt").write_text("no image")
    images = folder(path=path)
    assert images.names == ["a", "b", "deep/a", "deep/c"]
    assert [images.size(index) for index in range(4)] == [(16, 24), (16, 24), (8, 10), (8, 10)]
    assert images.high(2).shape == (8, 10, 3)
    assert images.scale is None


def test_a_folder_is_split_by_name(fill):
    path = fill("all", [f"{index:02}.png" for index in range(20)])
    parts = [folder(path=path, split=split) for split in ("train", "validate", "test")]
    assert [len(one) for one in parts] == [16, 3, 1]
    assert sorted(name for one in parts for name in one.names) == list(folder(path=path).names)
    assert folder(path=path, split="train", split_seed=1).names != parts[0].names
    assert parts[2].high_files[0].stem == parts[2].names[0]


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["a.png", "a.bmp", "b.png"], ["a.bmp", "a.png", "b"]),
        (["a.png", "a.bmp", "a.png.png"], ["a.bmp", "a.png", "a.png.png"]),
        (["x.1.png", "x.2.png"], ["x.1", "x.2"]),
    ],
)
def test_names_are_unique(fill, names, wanted):
    assert folder(path=fill("all", names)).names == wanted


def test_the_key_follows_the_content(fill):
    images = folder(path=fill("all", ["a.png", "b.png"]))
    before = [images.key(index) for index in range(2)]
    fill("all", ["b.png"], size=(8, 8))
    assert images.key(0) == before[0]
    assert images.key(1) != before[1]
    assert len(set(before)) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "wants an image, found an empty file"),
        (b"8BPS and more", "wants a PNG, .* or HEIC, found a Photoshop file"),
    ],
)
def test_bad_files_are_found_before_anything_is_decoded(fill, content, message):
    path = fill("all", ["a.png"])
    (path / "bad.png").write_bytes(content)
    with pytest.raises(ImageError, match=rf"bad\.png: {message}"):
        folder(path=path)


def test_a_missing_and_an_empty_folder_are_named(tmp_path):
    with pytest.raises(DataError, match=r"nowhere: wants a folder of images, found nothing of that name"):
        folder(path=tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"wants images \(\.png, .*\), found none"):
        folder(path=tmp_path)


def test_a_file_that_is_cut_off_is_named_when_it_is_read(fill):
    path = fill("all", ["a.png"])
    (path / "a.png").write_bytes((path / "a.png").read_bytes()[:-20])
    images = folder(path=path)
    with pytest.raises(ImageError, match=r"a\.png: wants a whole image, found one that is cut off"):
        images.high(0)


def test_one_pixel_is_an_image(fill):
    assert folder(path=fill("all", ["dot.png"], size=(1, 1))).size(0) == (1, 1)
