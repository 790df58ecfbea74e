import re
from xml.etree import ElementTree

import pytest

from srkit.report import figures, image_sheets
from srkit.report.figures import THEME, for_page, png, svg_file
from srkit.report.plots import training_drawings, validation_figure
from srkit.report.read import read_run


@pytest.fixture
def drawn(run_folder):
    """Two figures of one page, by their names."""
    run = read_run(run_folder)
    (loss,) = training_drawings(run)
    return {"loss": loss.figure, "psnr": validation_figure(run, "psnr", "validation PSNR (dB)")}


def test_an_svg_takes_the_colours_and_the_place_it_gets(drawn):
    drawings = [for_page(svg_file(figure, name), f"<{name}>") for name, figure in drawn.items()]
    assert "var(--arm-1)" in drawings[0]
    assert "training loss" in drawings[0]  # text, not outlines
    assert "validation PSNR (dB)" in drawings[1]
    for drawing, name in zip(drawings, drawn, strict=True):
        assert f'aria-label="&lt;{name}&gt;"' in drawing
        assert not any(color in drawing for color in THEME)
        assert "<style" not in drawing  # it would apply to the whole page
        assert not re.search(r"<svg[^>]* width=", drawing)
        ElementTree.fromstring(drawing.replace("xlink:href", "href"))
    identifiers = [set(re.findall(r'id="([^"]+)"', drawing)) for drawing in drawings]
    assert not identifiers[0] & identifiers[1]
    for drawing, ids in zip(drawings, identifiers, strict=True):
        assert set(re.findall(r"#([\w-]+)", drawing)) <= ids


def test_figures_are_the_same_every_time(run_folder, drawn):
    assert svg_file(drawn["loss"], "loss") == svg_file(drawn["loss"], "loss")
    kernels = read_run(run_folder).kernels
    assert png(image_sheets.kernel_sheet(kernels)) == png(image_sheets.kernel_sheet(kernels))


def test_eight_lines_have_eight_colours():
    assert len({figures.color_of(number) for number in range(8)}) == 8
    assert all(figures.color_of(number) in THEME for number in range(8))
