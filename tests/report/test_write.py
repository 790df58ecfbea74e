import re

import pytest

from srkit.errors import RunError
from srkit.report import write_report
from srkit.report.crops import places
from srkit.report.read import read_run


def test_the_page_holds_everything_and_asks_for_nothing(run_folder):
    page = write_report(run_folder).read_text()
    assert "<script" not in page  # names are escaped
    assert not re.search(r"(src|href)=[\"'](?!data:|#)", page)
    assert not re.search(r"url\((?!#)", page)
    assert page.count("<svg") == 2  # curves and kernels
    assert page.count('<img src="data:image/png') == 6 * 4
    assert "+2.00" in page
    assert "-0.50" in page
    assert "border 2" in page


def test_markdown_names_pictures_that_are_there(run_folder):
    write_report(run_folder)
    text = (run_folder / "report.md").read_text()
    pictures = re.findall(r"\]\((figures/[\w.]+)\)", text)
    assert len(pictures) == 5
    assert all((run_folder / picture).stat().st_size > 0 for picture in pictures)
    assert "| **mean** |" in text
    assert "| edges | 28.00 | 30.00 | +2.00 |" in text
    assert "better on 1 of 3 test images" in text


def test_the_worst_place_is_shown_too(run_folder):
    found = places(read_run(run_folder))
    assert [place.image for place in found] == ["edges", "noise", "flat", found[-1].image]
    assert found[-1].why == "the worst place of all: srkit loses to bicubic"
    assert found[-1].psnr["srkit"] < found[-1].psnr["bicubic"]


def test_a_torn_log_is_read_up_to_the_tear(run_folder):
    assert len(read_run(run_folder).log) == 21


def test_an_unfinished_run_is_named(run_folder):
    (run_folder / "summary.json").unlink()
    with pytest.raises(
        RunError, match=r"wants a finished run, but summary\.json is missing; go on with it by --resume"
    ):
        read_run(run_folder)
