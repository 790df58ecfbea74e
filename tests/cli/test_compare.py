"""``srkit compare`` from words to the page; tests/report/test_browser.py opens one in a browser."""

import csv
import io
import json
import os
import re
from base64 import b64decode
from html import unescape

import numpy as np
import pytest

from srkit.image.files import write
from srkit.image.resize import imresize

NO_SCALE = "the scale is not known, so the scores leave out no border; give --scale"


def drawn(seed, side=48, channels=3):
    small = np.random.default_rng(seed).integers(0, 256, (side // 6, side // 6, channels), dtype=np.uint8)
    return imresize(small, 6)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """HR, LR at x2, and results of two networks: ``good`` is nearer to HR than ``bad``."""
    monkeypatch.chdir(tmp_path)
    for seed, name in enumerate("abc"):
        high = drawn(seed)
        write_all(name, high, imresize(high, 1 / 2))
    return tmp_path


def write_all(name, high, low):
    from pathlib import Path

    for folder, picture, ending in (
        ("photos", high, ""),
        ("small", low, ""),
        ("good", np.clip(high.astype(int) + 2, 0, 255).astype(np.uint8), "_x2"),
        ("bad", np.clip(high.astype(int) + 9, 0, 255).astype(np.uint8), "_x2"),
    ):
        Path(folder).mkdir(exist_ok=True)
        write(Path(folder) / f"{name}{ending}.png", picture)


def scores(page):
    """The scores that the page offers as CSV, by picture, metric and version."""
    rows = csv.DictReader(io.StringIO(b64decode(re.search(r"text/csv;base64,([^\"]+)", page)[1]).decode()))
    return {
        (row.pop("picture"), row.pop("metric")): {key: float(one) for key, one in row.items() if one}
        for row in rows
    }


def test_folders_with_hr_have_scores_and_errors(srkit, folders, assert_whole):
    code, out, err = srkit("compare", "good", "bad", "--hr", "photos", "-o", "page.html")
    assert (code, err) == (0, "")
    good, bad, note, page = out.splitlines()
    assert note == f"note: {NO_SCALE}"
    assert re.fullmatch(r"good  4\d\.\d\d dB  0\.\d{4}", good)
    assert re.fullmatch(r"bad   3\d\.\d\d dB  0\.\d{4}", bad)
    assert re.fullmatch(r"page: page\.html  3 pictures, \d\.\d MB", page)
    page = (folders / "page.html").read_text()
    assert_whole(page)
    assert "error of good" in page
    assert 'data-left="good" data-right="bad"' in page
    assert "color Y, range 16..235, border 0, rounded 8 bit" in page
    found = scores(page)
    assert list(found) == [(name, metric) for metric in ("psnr", "ssim") for name in "abc"]
    assert all(found[name, "psnr"]["good"] > found[name, "psnr"]["bad"] for name in "abc")


def test_networks_have_the_scores_of_evaluate(srkit, folders, zoo):
    assert srkit("compare", "lapsrn-x2", "bicubic", "--hr", "photos")[0] == 0
    found = scores((folders / "compare.html").read_text())
    for model in ("lapsrn-x2", "bicubic"):
        out = srkit("evaluate", model, "photos", "--scale", 2, "--json")[1]
        for row in json.loads(out)["images"]:
            for metric, ties in (
                ("psnr", 0.02),
                ("ssim", 1e-4),
            ):  # of rounding
                assert found[row["name"], metric][model] == pytest.approx(row[metric], abs=ties)


def test_networks_enlarge_lr_and_are_compared_without_hr(srkit, folders, zoo, assert_whole):
    code, out, err = srkit("compare", "lapsrn-x2", "bicubic", "good", "--lr", "small")
    assert (code, err) == (0, "")
    assert out.startswith("page: compare.html")
    page = (folders / "compare.html").read_text()
    assert_whole(page)
    assert "bicubic against lapsrn-x2" in page
    assert "good against lapsrn-x2" in page
    assert "text/csv" not in page
    assert all(f"<figcaption>{name} <span>48 x 48" in page for name in ("lapsrn-x2", "bicubic", "good"))
    assert "<figcaption>LR <span>24 x 24" in page


def test_pictures_alone_belong_together_whatever_their_names(srkit, folders):
    assert srkit("compare", "good/a_x2.png", "bad/a_x2.png", "--hr", "photos/a.png")[0] == 0
    found = scores((folders / "compare.html").read_text())
    assert list(found) == [("a", "psnr"), ("a", "ssim")]
    assert list(found["a", "psnr"]) == ["good/a_x2.png", "bad/a_x2.png"]  # names that differ


def test_a_folder_may_have_the_name_of_a_version_of_the_page(srkit, folders):
    (folders / "good").rename(folders / "HR")
    assert srkit("compare", "HR", "bad", "--hr", "photos")[0] == 0
    found = scores((folders / "compare.html").read_text())
    assert list(found["a", "psnr"]) == ["HR (given)", "bad"]


def test_missing_partners_and_other_shapes_are_named_on_the_page_and_in_the_terminal(srkit, folders):
    (folders / "bad/a_x2.png").unlink()
    write(folders / "bad/b_x2.png", drawn(0, side=36)[:24])
    write(folders / "bad/d_x2.png", drawn(0))
    code, out, _ = srkit("compare", "good", "bad", "--hr", "photos")
    assert code == 0
    notes = [
        "a: there is no bad",
        "b: bad is left out: 36 x 24 is another shape",
        "bad: 1 of 3 have no partner in photos",
    ]
    assert [line for line in out.splitlines() if line.startswith("note: ")] == [
        f"note: {note}" for note in (NO_SCALE, *notes)
    ]
    page = unescape((folders / "compare.html").read_text())
    assert all(f"<dt>{note.partition(': ')[0]}</dt><dd>{note.partition(': ')[2]}</dd>" in page for note in notes)
    assert scores(page)["c", "psnr"].keys() == {"good", "bad"}


def test_names_are_escaped(srkit, folders, assert_whole):
    name = "<b>&\"'"
    write_all(name, drawn(5), imresize(drawn(5), 1 / 2))
    (folders / "good").rename(folders / "<i>good")
    assert srkit("compare", "<i>good", "bad", "--hr", "photos")[0] == 0
    page = (folders / "compare.html").read_text()
    assert_whole(page)
    assert "<i>good" not in page
    assert "<b>" not in page
    assert "&lt;i&gt;good" in page


def test_deep_and_transparent_pictures_are_compared(srkit, folders):
    deep = drawn(7).astype(np.uint16) * 257
    clear = np.concatenate([drawn(7), np.full((48, 48, 1), 255, np.uint8)], -1)
    for folder, picture in {"photos": drawn(7), "good": deep, "bad": clear}.items():
        for file in (folders / folder).iterdir():
            file.unlink()
        write(folders / folder / "deep.png", picture)
    assert srkit("compare", "good", "bad", "--hr", "photos")[0] == 0
    found = scores((folders / "compare.html").read_text())
    assert found["deep", "psnr"] == {"good": float("inf"), "bad": float("inf")}


def test_a_place_or_the_whole_picture_is_shown(srkit, folders):
    def width(*words):
        assert srkit("compare", "good", "bad", "--overwrite", *words)[0] == 0
        return int(
            re.search(r'<img src="data:image/png[^>]* width="(\d+)"', (folders / "compare.html").read_text())[1]
        )

    assert width("--crop", 16) == 16
    assert width() == width("--whole") == 48


def test_more_pictures_than_wished_or_than_fit_are_left_out_with_a_way_out(srkit, folders):
    code, out, _ = srkit("compare", "good", "bad", "--at-most", 2)
    assert (code, out.splitlines()[0]) == (0, "note: 2 of 3 pictures are shown and scored; --at-most takes more")
    page = (folders / "compare.html").read_text()
    assert "<li>2 pictures of 3</li>" in page
    assert "<h3>a_x2</h3>" in page
    assert "<h3>c_x2</h3>" in page
    rough = np.random.default_rng(0).integers(0, 256, (106, 106, 3), dtype=np.uint8)
    for name in "abc":
        write_all(name, rough, rough)
    code, out, _ = srkit("compare", "good", "bad", "--whole", "--overwrite", "--megabytes", 0.2)
    assert (code, out.splitlines()[0]) == (
        0,
        "note: the page is full after 1 of 3 pictures; --crop shows less of each, --megabytes allows more",
    )
    code, _, err = srkit("compare", "good", "bad", "--whole", "--overwrite", "--megabytes", 0.1)
    assert (code, err) == (
        2,
        "a_x2: takes 0.1 MB in its versions, 0.1 are allowed; show less of it by --crop, or raise --megabytes\n",
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["good"],
            "VERSIONS: wants two or more, got 'good'; to see a single result",
        ),
        (["good", "good"], "good: is given twice"),
        (
            ["good", "goood"],
            "goood: wants a folder of pictures, a picture, weights, a run folder or a method, found none of them; "
            "there are: ",
        ),
        (["lapsrn-x2", "bicubic"], "lapsrn-x2: wants pictures to enlarge; give them by --lr, or --hr to shrink"),
        (
            ["good", "other"],
            "good and other: have no picture in common; pictures belong together",
        ),
        (["bicubic", "back_projection", "--lr", "small"], "bicubic: has no scale of its own; give --scale"),
        (["good", "bad", "-o", "photos"], "photos: wants a file such as photos/compare.html, found a folder"),
        (["good", "bad", "-o", "taken.html"], "taken.html: exists already; --overwrite replaces it"),
        (["good", "bad", "-o", "taken.html/x"], "taken.html/x: cannot be written: "),
    ],
)
def test_what_cannot_be_compared_is_refused(srkit, folders, zoo, words, message):
    (folders / "taken.html").touch()
    (folders / "other").mkdir()
    write(folders / "other/z.png", drawn(0))
    code, out, err = srkit("compare", *words)
    assert (code, out) == (2, "")
    assert err.startswith(message)


def test_lr_of_another_scale_than_the_networks_is_refused(srkit, folders, zoo):
    assert srkit("compare", "lapsrn-x4", "bad", "--lr", "small", "--hr", "photos") == (
        2,
        "",
        "lapsrn-x4: enlarges 4 times, but photos is 2 times as large as small\n",
    )
    assert srkit("compare", "bicubic", "back_projection", "--lr", "small", "--hr", "photos")[0] == 0  # as the pairs


def test_networks_of_two_scales_are_refused(srkit, folders, zoo):
    code, _, err = srkit("compare", "lapsrn-x2", "lapsrn-x4", "--lr", "small")
    assert (code, err) == (
        2,
        "VERSIONS: wants networks of one scale, got lapsrn-x2 of x2 and lapsrn-x4 of x4; "
        "compare folders of their results instead\n",
    )


def test_names_that_are_no_text_and_names_of_facts_are_shown(srkit, folders):
    odd = os.fsdecode(b"by\xff")
    os.rename("good", odd)
    os.rename("bad", "command")
    code, _, _ = srkit("compare", odd, "command", "-o", "page.html")
    page = unescape((folders / "page.html").read_text())
    assert code == 0
    assert r"<dt>by\xff</dt><dd>by\xff</dd>" in page
    assert "<dt>command (given)</dt><dd>command</dd>" in page
    assert "<dt>command</dt><dd><code>srkit compare " in page


def test_a_device_is_not_replaced_by_a_page(srkit, folders):
    os.mkfifo("pipe")
    code, _, err = srkit("compare", "good", "bad", "-o", "pipe", "--overwrite")
    assert (code, err) == (2, "pipe: wants a file, found a device or a pipe\n")
    assert (folders / "pipe").is_fifo()


def test_scores_are_those_of_evaluate(srkit, folders):
    """In bf16, as enlarging by default is, they differ in the fourth digit of SSIM."""
    assert srkit("compare", "bicubic", "lapsrn-x2", "--hr", "photos", "-o", "page.html")[0] == 0
    found = scores((folders / "page.html").read_text())
    code, out, _ = srkit("evaluate", "lapsrn-x2", "photos")
    measured = re.search(r"mean of 3 +(\d+\.\d{3}) +(0\.\d{4})", out)
    assert code == 0
    for metric, digits, wanted in zip(("psnr", "ssim"), (3, 4), measured.groups(), strict=True):
        mean = np.mean([found[name, metric]["lapsrn-x2"] for name in "abc"])
        assert f"{mean:.{digits}f}" == wanted


def test_hr_smaller_than_lr_is_refused(srkit, folders):
    for networks in (("bicubic", "lapsrn-x2"), ("good", "bicubic")):
        code, _, err = srkit("compare", *networks, "--hr", "small", "--lr", "photos", "-o", "page.html")
        assert code == 2
        assert err == (
            "small/a.png: wants HR larger than LR, found 24 rows, and 48 in photos/a.png; "
            "were --hr and --lr exchanged?\n"
        )
