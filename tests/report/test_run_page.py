import base64
import hashlib
import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

from srkit.errors import ImageError
from srkit.records.kernels import write_kernels
from srkit.report import write_report
from srkit.report.numbers import MINUS
from srkit.report.provenance import low
from srkit.report.read import read_run


@pytest.fixture(scope="module")
def reported(tmp_path_factory, make_run):
    """A run folder with its reports, which tests do not change."""
    return write_report(make_run(tmp_path_factory.mktemp("reported") / "run")).parent


@pytest.fixture
def page(reported):
    return (reported / "report.html").read_text()


def test_the_page_is_whole_and_asks_for_nothing(page, assert_whole):
    assert_whole(page)
    assert len(page) < 4_000_000


def test_names_cannot_run(page, parsed):
    assert "<script>alert" not in page
    policy = next(
        m["content"] for m in parsed(page).all("meta") if m.get("http-equiv") == "Content-Security-Policy"
    )
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)
    assert f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}" in policy
    assert policy.startswith("default-src 'none'")


def test_the_page_holds_everything(page, parsed):
    assert page.count("<svg") == 2  # the loss and the validation
    assert len([button for button in parsed(page).all("button") if "data-flip" in button]) == 6 * 4
    for text in (
        "+2.00",
        f"{MINUS}0.50",
        "∞",
        "border 2",
        "anisotropic_gaussian",
        "align yes",
        "1,234 parameters",
        "Z80",
    ):
        assert text in page
    assert "range [0.35, 5]" in page
    assert "srkit run &#39;a b&#39;" in page
    assert "10,000 resamples, seed 0, stretched by Student&#39;s t" in page
    assert "scale: 2" in page  # the config


def test_everything_can_be_reached_by_keyboard(page, parsed):
    found = parsed(page)
    reachable = [region for region in found.all("div") if region.get("class") == "scroll"]
    assert all(region["tabindex"] == "0" for region in reachable)
    assert found.all("button")
    assert 'onclick="' not in page


def test_markdown_names_pictures_that_are_there(reported):
    text = (reported / "report.md").read_text()
    pictures = re.findall(r"\]\((figures/[\w.-]+)\)", text)
    assert len(pictures) == 4 + 2 + 1  # places, curves, kernels
    assert all((reported / picture).read_bytes().startswith(b"\x89PNG") for picture in pictures)
    assert text.startswith("# &lt;script&gt;")
    assert "better on 1 of 3 test images; color Y, range 16..235, border 2, rounded 8 bit" in text
    assert (reported / "scores.csv").read_text().startswith("image,metric,srkit,bicubic,gain,protocol\n")


def test_a_second_report_is_the_same_to_the_byte(reported, run_folder):
    write_report(run_folder)
    for file in ("report.html", "report.md", "scores.csv", "figures/place-1.png", "figures/validation-psnr.png"):
        assert (run_folder / file).read_bytes() == (reported / file).read_bytes()


def test_a_run_without_pictures_curves_or_kernels_is_reported(run_folder, parsed):
    shutil.rmtree(run_folder / "pictures")
    (run_folder / "log.jsonl").write_text("")
    page = write_report(run_folder).read_text()
    assert parsed(page).open == []
    assert "<svg" not in page
    assert "<dialog" not in page
    assert "Scores" in page
    assert "figures/" not in (run_folder / "report.md").read_text()


def test_one_gray_image(run_folder, pictures):
    pictures(run_folder, "edges", channels=1)
    rows = [line for line in (run_folder / "scores.jsonl").read_text().splitlines() if '"edges"' in line]
    (run_folder / "scores.jsonl").write_text("\n".join(rows))
    page = write_report(run_folder).read_text()
    assert "better on 1 of 1 test image<" in page
    assert "95 % interval" not in page


def test_only_some_kernels_of_a_large_test_set_are_drawn(run_folder):
    for image in ("edges", "noise", "flat"):
        shutil.rmtree(run_folder / "pictures" / image)
    write_kernels(run_folder / "pictures" / "kernels.npz", {f"image {index}": np.eye(5) for index in range(30)})
    page = write_report(run_folder).read_text()
    assert "the first 24 of 30 test images; each" in page
    assert "the first 24 of 30 test images; each" in (run_folder / "report.md").read_text()
    assert page.count("blur kernel of image") == 24


def test_a_damaged_picture_is_named(run_folder):
    (run_folder / "pictures" / "noise" / "hr.png").write_bytes(b"no")
    with pytest.raises(ImageError, match=r"noise/hr\.png"):
        write_report(run_folder)


def test_an_interval_that_contains_zero_is_said_to(page, run_folder):
    shutil.rmtree(run_folder / "pictures")
    assert "contains zero: no certain difference" in page
    rows = [json.loads(line) for line in (run_folder / "scores.jsonl").read_text().splitlines()]
    for row in rows:
        row["value"] = 31.0 if row["model"] == "srkit" else 30.0
    (run_folder / "scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert "contains zero" not in write_report(run_folder).read_text()


def test_lr_that_the_test_set_brings_is_not_said_to_be_degraded(run_folder):
    run = read_run(run_folder)
    assert low(run).startswith("anisotropic_gaussian (")
    assert low(replace(run, summary=replace(run.summary, own_low=True))) == "the test set's own"
