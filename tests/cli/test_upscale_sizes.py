"""Sizes of results: pixels of a side, megapixels, limits; the network of each photograph."""

import numpy as np
import pytest
from PIL import Image

from srkit.image.files import read_full, write
from srkit.weights import load

PHOTO = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)


@pytest.fixture
def album(tmp_path, zoo, monkeypatch):
    """A folder with photographs of three sizes: 32 x 24, 20 x 15 and 60 x 80, the last one lying on its side."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "album"
    folder.mkdir()
    write(folder / "a.png", PHOTO)
    write(folder / "b.png", PHOTO[:15, :20].copy())
    said = Image.Exif()
    said[274] = 6
    Image.fromarray(np.tile(PHOTO, (3, 3, 1))[:60, :80]).save(folder / "c.jpg", exif=said)
    return folder


def sizes(folder):
    found = {path.name: read_full(path).shape for path in folder.iterdir()}
    return {name: (width, height) for name, (height, width, _) in sorted(found.items())}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["--width", 61], {"a_w61.png": (61, 46), "b_w61.png": (61, 46), "c_w61.jpg": (61, 81)}),
        (["--height", 51], {"a_h51.png": (68, 51), "b_h51.png": (68, 51)}),
        (["--width", 63, "--height", 41], {"a_w63_h41.png": (55, 41), "b_w63_h41.png": (55, 41)}),
        (["--long-side", 77], {"a_long77.png": (77, 58), "b_long77.png": (77, 58)}),
        (["--megapixels", 0.0048], {"a_mp0.0048.png": (80, 60), "b_mp0.0048.png": (80, 60)}),
        (["--scale", 3, "--at-most", 90], {"a_x3_max90.png": (90, 68), "b_x3_max90.png": (60, 45),
                                           "c_x3_max90.jpg": (68, 90)}),
        (["--at-most", 35], {"a_x2_max35.png": (35, 26), "b_x2_max35.png": (35, 26)}),
    ],
    ids=str,
)  # fmt: skip
def test_results_have_the_wished_size(srkit, album, words, wanted):
    code, out, err = srkit("upscale", "album", *words, "-o", "out")
    assert (code, err) == (0, "")
    assert sizes(album.parent / "out") == wanted
    assert ("1 left out: have the size already" in out) == (len(wanted) == 2)


@pytest.fixture
def files(monkeypatch):
    """The names of the files of weights that are read."""
    read, names = load.read, []

    def counted(file, *args, **hints):
        names.append(file.stem)
        return read(file, *args, **hints)

    monkeypatch.setattr(load, "read", counted)
    return names


def test_each_photograph_gets_its_network_and_each_is_loaded_once(srkit, album, files):
    code, out, _ = srkit("upscale", "album", "--width", 64, "--dry-run", "--device", "cpu", "--precision", "fp32")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "lapsrn-x2, lapsrn-x4, width 64, cpu in fp32"
    assert [line.partition("  ")[2].partition(",")[0] for line in lines[1:4]] == [
        "32 x 24 -> 64 x 48 by lapsrn-x2",
        "20 x 15 -> 64 x 48 by lapsrn-x4",
        "60 x 80 -> 64 x 85 by lapsrn-x2",
    ]
    assert files == ["lapsrn-x2", "lapsrn-x4"]


def test_beyond_the_largest_network_several_follow_one_another(srkit, album, files):
    words = ["upscale", "album", "--width", 161, "--device", "cpu", "--precision", "fp32", "-o", "out"]
    code, out, _ = srkit(*words, "--dry-run")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "lapsrn-x4, lapsrn-x4 + lapsrn-x2, lapsrn-x4 + lapsrn-x4, width 161, cpu in fp32"
    assert [line.partition("  ")[2].partition(",")[0] for line in lines[1:4]] == [
        "32 x 24 -> 161 x 121 by lapsrn-x4 + lapsrn-x2",
        "20 x 15 -> 161 x 121 by lapsrn-x4 + lapsrn-x4",
        "60 x 80 -> 161 x 215 by lapsrn-x4",
    ]
    assert sorted(files) == ["lapsrn-x2", "lapsrn-x4"]
    assert srkit(*words)[0] == 0
    assert sizes(album.parent / "out") == {
        "a_w161.png": (161, 121),
        "b_w161.png": (161, 121),
        "c_w161.jpg": (161, 215),
    }
    code, out, _ = srkit("upscale", "album/b.png", "--scale", 16)
    assert out.startswith("lapsrn-x4 + lapsrn-x4, x16, ")
    assert read_full(album / "b_x16.png").shape == (240, 320, 3)


def test_results_of_an_earlier_run_are_found(srkit, album):
    assert srkit("upscale", "album", "--long-side", 64, "-o", "album")[0] == 0
    code, out, _ = srkit("upscale", "album", "--long-side", 64, "-o", "album", "--skip-existing")
    assert code == 0
    assert "2 left out: exist already (a.png, b.png)" in out
    assert "1 left out: have the size already (long side 64) (c.jpg)" in out
    assert "2 left out: came out of an earlier run (a_long64.png, b_long64.png)" in out
    assert out.startswith("no network is needed, long side 64, ")
    code, _, err = srkit("upscale", "album", "--long-side", 64, "-o", "album")
    assert (code, err.splitlines()[0]) == (2, "album/a_long64.png: exists already")


def test_what_the_given_network_cannot_reach_is_named(srkit, album):
    code, out, err = srkit("upscale", "album", "--width", 64, "--model", "lapsrn-x2", "-o", "out")
    assert code == 1
    assert err == "album/b.png: to become 64 x 48: scale 3.2: lapsrn-x2 enlarges 2 times at most\n"
    assert sorted(sizes(album.parent / "out")) == ["a_w64.png", "c_w64.jpg"]
    code, out, err = srkit("upscale", "album/b.png", "--width", 64, "--model", "lapsrn-x2", "-o", "out")
    assert (code, out, err) == (2, "", "scale 3.2: lapsrn-x2 enlarges 2 times at most\n")


def test_bad_files_are_named_and_the_others_get_their_size(srkit, album):
    (album / "aa.png").write_text("Dear diary")
    code, out, err = srkit("upscale", "album", "--width", 64, "--model", "bicubic", "-o", "out")
    assert (code, err) == (1, "album/aa.png: wants an image, found a file of another kind\n")
    assert out.startswith("bicubic, width 64, ")
    assert sizes(album.parent / "out") == {"a_w64.png": (64, 48), "b_w64.png": (64, 48), "c_w64.jpg": (64, 85)}


WAY_OUT = "give one of them (--width and --height may stand together, and --scale and --at-most)"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--scale", 2, "--width", 64], f"--scale and --width: each gives the size of the results; {WAY_OUT}"),
        (["--at-most", 9, "--height", 4], f"--at-most and --height: each gives the size of the results; {WAY_OUT}"),
        (
            ["--long-side", 9, "--megapixels", 4],
            f"--long-side and --megapixels: each gives the size of the results; {WAY_OUT}",
        ),
        (["--megapixels", "nan"], "--megapixels nan: wants more than 0, such as 24"),
        (["--megapixels", "-1"], "--megapixels -1: wants more than 0, such as 24"),
    ],
)
def test_sizes_that_exclude_one_another_are_refused(srkit, album, words, message):
    assert srkit("upscale", "album", *words) == (2, "", f"{message}\n")


def test_a_photograph_that_changes_while_srkit_works_is_named(srkit, album, monkeypatch):
    from srkit.photographs import assign

    found = assign.assign

    def then_it_shrinks(*args):
        done = found(*args)
        write(album / "a.png", PHOTO[:4, :4].copy())
        return done

    monkeypatch.setattr(assign, "assign", then_it_shrinks)
    code, _, err = srkit("upscale", "album/a.png", "--width", 64)
    assert code == 1
    assert err == (
        "album/a.png: has become a picture of 4 x 4 pixels since srkit began; start srkit again with "
        "--skip-existing\n"
    )
