import base64
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from srkit.image.files import read
from srkit.report import figures, pixels, sheets
from srkit.report.read import Run, Summary, read_run
from srkit.report.scores import Scores


def run_with(log, best=None):
    summary = Summary("n", "lapsrn", 2, "y", 1, 1.0, 1, {}, best)
    return Run(None, summary, {}, "", log, Scores(()), {})


def losses(values):
    return [{"event": "train", "step": step, "loss": value} for step, value in enumerate(values, 1)]


def test_a_curve_without_records_is_not_drawn():
    assert figures.loss_curve(run_with([])) is None
    assert figures.psnr_curve(run_with(losses([1.0]))) is None


@pytest.mark.parametrize("values", [[0.5], [0.5, 0.4], [0.0, 0.1], [1.0, -1.0], list(np.geomspace(1, 1e-4, 5000))])
def test_any_loss_can_be_drawn_and_stays_small(values):
    drawing = figures.svg(figures.loss_curve(run_with(losses(values))), "loss")
    assert len(drawing) < 60_000
    ElementTree.fromstring(drawing.replace("xlink:href", "href"))


@pytest.mark.parametrize(
    ("values", "scale"),
    [([1.0, 0.19], "log"), ([1.0, 0.21], "linear"), ([1.0, 0.0], "linear"), ([1.0, -1.0], "linear")],
)
def test_a_loss_that_falls_to_less_than_a_fifth_is_drawn_by_its_logarithm(values, scale):
    assert figures.loss_curve(run_with(losses(values))).axes[0].get_yscale() == scale


def test_a_long_curve_is_thinned_to_the_mean_and_range_of_its_neighbours():
    values = np.random.default_rng(0).normal(size=1000)
    at, low, middle, high = figures.thinned(range(1000), values)
    assert len(at) == figures.POINTS
    assert np.mean(middle) == pytest.approx(values.mean(), abs=0.01)
    assert (min(low), max(high)) == (values.min(), values.max())
    assert figures.thinned([1, 2], [5.0, 6.0]) == ([1, 2], [5, 6], [5, 6], [5, 6])


def test_the_kept_weights_are_marked(run_folder):
    figure = figures.psnr_curve(read_run(run_folder))
    assert [text.get_text() for text in figure.axes[0].texts] == ["best, 30.00"]


def test_an_svg_takes_the_colours_and_the_place_it_gets(run_folder):
    run = read_run(run_folder)
    drawings = [figures.svg(figures.loss_curve(run), "a"), figures.svg(figures.psnr_curve(run), "b")]
    assert "var(--blue)" in drawings[0]
    for drawing in drawings:
        assert not any(color in drawing for color in figures.THEME)
        assert "<style" not in drawing  # it would rule the page it stands in
        assert not re.search(r"<svg[^>]* width=", drawing)
        assert "validation PSNR" in drawing or "training loss" in drawing  # text, not outlines
    identifiers = [set(re.findall(r'id="([^"]+)"', drawing)) for drawing in drawings]
    assert not identifiers[0] & identifiers[1]
    for drawing, ids in zip(drawings, identifiers, strict=True):
        assert set(re.findall(r"#([\w-]+)", drawing)) <= ids


def test_figures_are_the_same_every_time(run_folder):
    run = read_run(run_folder)
    first, second = (figures.svg(figures.loss_curve(run), "loss") for _ in range(2))
    assert first == second
    sheet = [figures.png(sheets.kernel_sheet(run.kernels)) for _ in range(2)]
    assert sheet[0] == sheet[1]


def test_heat_rises_from_black_and_ends_at_its_top():
    shown = pixels.heat(np.array([[0.0, 5.0, 10.0, 99.0]]), 10)
    luma = shown.sum(-1)[0].astype(int)
    assert luma[0] < 10
    assert luma[0] < luma[1] < luma[2] == luma[3]
    assert (pixels.heat(np.zeros((2, 2)), 0) == shown[0, 0]).all()


def test_the_gradient_is_the_scale_of_heat():
    stops = re.findall(r"#(\w{6})", pixels.heat_gradient())
    ends = pixels.heat(np.array([[0.0, 1.0]]), 1)[0]
    assert [bytes.fromhex(stops[0]), bytes.fromhex(stops[-1])] == [bytes(end) for end in ends]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_survives_its_packing(channels, tmp_path):

    image = np.random.default_rng(0).integers(0, 256, (7, 5, channels), dtype=np.uint8)
    head, data = pixels.png_uri(image).split(",")
    assert head == "data:image/png;base64"
    (tmp_path / "a.png").write_bytes(base64.b64decode(data))
    assert (read(tmp_path / "a.png") == image).all()
