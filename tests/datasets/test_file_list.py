import pytest

from srkit.datasets.file_list import file_list
from srkit.errors import DataError, ImageError


@pytest.fixture
def listed(fill):
    path = fill("all", ["a.png", "b.png", "unused.png"])
    fill("all/deep", ["c.png"])
    fill("beside", ["d.png"])

    def listed(text):
        (path / "list.txt").write_text(text, encoding="utf-8")
        return path / "list.txt"

    return listed


def test_images_are_taken_in_the_order_of_the_list(listed):
    images = file_list(path=listed("\ufeff# the best\n\n  b.png\ndeep/c.png \n./a.png\n"))
    assert list(images.names) == ["b", "deep/c", "a"]
    assert images.size(0) == (16, 24)
    assert images.high(1).shape == (16, 24, 3)


def test_names_stay_within_the_folder_that_holds_all(listed, tmp_path):
    images = file_list(path=listed(f"a.png\n../beside/d.png\n{tmp_path}/all/deep/c.png"))
    assert list(images.names) == ["all/a", "beside/d", "all/deep/c"]


def test_a_list_is_split_by_name(listed):
    path = listed("a.png\nb.png\ndeep/c.png\nunused.png")
    parts = [file_list(path=path, split=split, shares=[2, 1, 1]) for split in ("train", "validate", "test")]
    assert [len(part) for part in parts] == [2, 1, 1]
    assert sorted(name for part in parts for name in part.names) == ["a", "b", "deep/c", "unused"]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("a.png\nc.png", ImageError, r"list\.txt:2: .*c\.png: cannot be read: No such file or directory$"),
        ("#\nlist.txt", ImageError, r"list\.txt:2: .*list\.txt: wants an image, found a file of another kind$"),
        ("a.png\n\n./a.png", DataError, r"list\.txt:3: wants every image once, found '\./a\.png' in line 1 too$"),
        ("# nothing\n", DataError, r"list\.txt: wants paths of images, one a line, found none$"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(listed, text, error, message):
    with pytest.raises(error, match=message):
        file_list(path=listed(text))


def test_what_is_no_list_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"none\.txt: wants a list of images, which cannot be read: No such file"):
        file_list(path=tmp_path / "none.txt")
    (tmp_path / "list.txt").write_bytes(b"\xff\xfe\x00")
    message = r"list\.txt: wants a list of images, a text file in UTF-8, found other bytes$"
    with pytest.raises(DataError, match=message):
        file_list(path=tmp_path / "list.txt")
