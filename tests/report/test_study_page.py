import base64
import hashlib
import json
import re
import shutil

import numpy as np
import pytest
from matplotlib.figure import Figure

from srkit.image.files import write
from srkit.report import write_report
from srkit.report.figures import Drawing

EQUAL = ("table.md", "scores.csv", "measures.csv")
"""What two finished studies of one plan have in common, byte for byte."""


@pytest.fixture(scope="module")
def reported(tmp_path_factory, maker):
    """A study with every kind of result, and its report, which tests do not change."""
    study = maker(
        tmp_path_factory.mktemp("reported") / "study", tests=("clean",), blocks=("x2 & more", "x4"), pictures=1
    )
    write_report(study.write().folder)
    return study.folder


@pytest.fixture(scope="module")
def page(reported):
    return (reported / "study.html").read_text()


def test_everything_is_there(reported):
    assert {path.name for path in reported.iterdir() if path.is_file()} == {
        "study.json",
        "study.yaml",
        "study.html",
        "report.md",
        "table.md",
        "scores.csv",
        "measures.csv",
    }
    names = ("difference-psnr", "difference-ssim", "validation-psnr", "M1", "M2")
    figures = {f"{name}-{block}.{kind}" for name in names for block in ("x2-more", "x4") for kind in ("png", "svg")}
    assert {path.name for path in (reported / "figures").iterdir()} == figures


def test_the_page_is_whole_and_asks_for_nothing(page, assert_whole):
    assert_whole(page)


def test_names_cannot_run(page, parsed):
    assert "<i>?" not in page
    assert "<b>'" not in page
    policy = next(
        m["content"] for m in parsed(page).all("meta") if m.get("http-equiv") == "Content-Security-Policy"
    )
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)
    assert f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}" in policy
    assert policy.startswith("default-src 'none'")


def test_question_and_answer_come_first_then_the_table(page):
    places = [
        page.index(text) for text in ("Which &amp; why?", "+0.50\N{NO-BREAK SPACE}dB", "<table", 'id="pictures"')
    ]
    assert places == sorted(places)


def test_tables_can_be_sorted_and_scrolled_by_keyboard(page, parsed):
    found = parsed(page)
    assert all(region["tabindex"] == "0" for region in found.all("div") if region.get("class") == "scroll")
    assert page.count('class="sortable"') == 2 * (
        1 + 2 + 1 + 1
    )  # blocks: scores, tests of two metrics, grid, costs
    assert page.count('<th scope="col" ') == page.count('"><button type="button">')
    assert 'onclick="' not in page


def test_every_version_of_every_crop_is_there_once(page):
    assert page.count("data-flip=") == 2 * 3 * (3 + 3)  # blocks, images; arms, bicubic, HR and LR
    assert page.count('<details class="place"') == 6


def test_markdown_names_figures_that_are_there(reported):
    text = (reported / "report.md").read_text()
    pictures = re.findall(r"\]\((figures/[\w.-]+)\)", text)
    assert len(pictures) == 2 * 5
    assert all((reported / picture).read_bytes().startswith(b"\x89PNG") for picture in pictures)
    assert text.startswith("# Which &lt;i&gt;?\n\nWhich &amp; why?\n")
    assert "Z80" in text
    assert "\n* command: srkit ablate which.yaml\n" in text
    table = (reported / "table.md").read_text()
    assert set(table.splitlines()) <= set(text.splitlines())
    assert "figures/" not in table
    assert "Z80" not in table


def test_a_second_report_is_the_same_to_the_byte(reported, tmp_path):
    again = shutil.copytree(reported, tmp_path / "again")
    for path in again.glob("*.*"):
        if path.suffix != ".json" and path.suffix != ".yaml":
            path.unlink()
    shutil.rmtree(again / "figures")
    write_report(again)
    for path in (one for one in reported.rglob("*") if one.is_file()):
        assert path.read_bytes() == (again / path.relative_to(reported)).read_bytes(), path.name


@pytest.fixture
def undrawn(monkeypatch):
    """Leaves out the figures, which take longer than all the rest."""
    for kind in ("score", "measure", "validation"):
        monkeypatch.setattr(f"srkit.report.sections.{kind}_drawings", lambda *_: [])


@pytest.mark.usefixtures("undrawn")
def test_time_memory_and_machine_change_no_table(study, maker, tmp_path):
    other = maker(tmp_path / "other", seconds=99.0)
    write_report(study.write().folder)
    other.write()
    for path in other.folder.glob("*/cost.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"seconds_per_step": 9.9, "peak_memory": 9}))
    for path in other.folder.glob("*/environment.json"):
        path.write_text(json.dumps({"cpu": "6502", "started": "2027-01-01T00:00"}))
    for path in other.folder.glob("*/log.jsonl"):  # rows of a process that was killed and resumed
        path.write_text(path.read_text() + '{"event": "plan", "step": 10}\n')
    told = other.told() | {"command": "srkit ablate which.yaml --jobs 2"}
    (other.folder / "study.json").write_text(json.dumps(told))
    write_report(other.folder)
    for name in EQUAL:
        assert (study.folder / name).read_bytes() == (other.folder / name).read_bytes()
    assert (study.folder / "report.md").read_text() != (other.folder / "report.md").read_text()


@pytest.mark.usefixtures("undrawn")
def test_a_score_changes_every_table(study, maker, tmp_path):
    other = maker(tmp_path / "other", arms=study.arms | {"same": 0.1})
    write_report(study.write().folder)
    write_report(other.write().folder)
    for name in ("table.md", "scores.csv"):
        assert (study.folder / name).read_bytes() != (other.folder / name).read_bytes()


@pytest.mark.usefixtures("undrawn")
def test_what_is_missing_is_named_and_the_rest_reported(study, parsed):
    study.write()
    (study.path("same", 1) / "summary.json").unlink()
    (study.path("same", 1) / "error.txt").write_text("step 3: <nan>\n\nTraceback")
    page = write_report(study.folder).read_text()
    assert parsed(page).open == []
    assert "1 of 9 trials is not complete." in page
    assert "step 3: &lt;nan&gt;" in page
    assert "Traceback" not in page
    text = (study.folder / "report.md").read_text()
    assert "* same, seed 1: step 3: &lt;nan&gt;\n" in text
    assert "**1 of 9 trials is not complete.**" in text
    assert "8 of 9 trials" in text


def test_a_study_without_pictures_measures_or_validation_is_reported(study, parsed):
    study.write()
    for path in (*study.folder.glob("*/measures.jsonl"), *study.folder.glob("*/cost.json")):
        path.unlink()
    for path in study.folder.glob("*/log.jsonl"):
        path.write_text("")
    page = write_report(study.folder).read_text()
    assert parsed(page).open == []
    assert not any(word in page for word in ('id="pictures"', 'id="checkerboard"', 'id="training"', "<dialog"))
    assert (study.folder / "measures.csv").read_text() == "block,arm,seed,step,measure,image,value\n"


def test_blocks_whose_names_look_alike_keep_their_figures_apart(study, monkeypatch):
    monkeypatch.setattr("srkit.report.sections.measure_drawings", lambda *_: [])
    monkeypatch.setattr("srkit.report.sections.score_drawings", lambda *_: [Drawing("psnr", "title", Figure())])
    study.blocks = ("a b", "a/b")
    write_report(study.write().folder)
    assert {path.name for path in (study.folder / "figures").glob("psnr*.png")} == {"psnr-1.png", "psnr-2.png"}


@pytest.mark.usefixtures("undrawn")
def test_a_page_of_many_noisy_arms_is_not_too_large(study):
    study.arms = {f"arm {index}": index / 10 for index in range(16)}
    study.seeds, study.pictures = (0, 1), 1
    study.write()
    random = np.random.default_rng(0)
    for path in study.folder.glob("*/pictures/*/srkit.png"):
        write(path, random.integers(0, 256, (160, 288, 3), dtype=np.uint8))
    page = write_report(study.folder).read_text()
    assert page.count("data-flip=") == 3 * (16 + 3)
    assert len(page) < 5_000_000 - 16 * 40_000  # and the figures
