import itertools
from xml.etree import ElementTree

import pytest

from srkit.report.figures import for_page, png, svg_file
from srkit.report.study import figures, measures
from srkit.report.study.compare import standings
from srkit.report.study.figures import COLORS, THEME, apart, color_of, figures_of
from srkit.report.study.read import read_study


def drawn(study):
    found = read_study(study.folder)
    return {name: figure for name, _, figure in figures_of(found, found.blocks[0])}


def texts(figure):
    (axes,) = figure.axes
    return [text.get_text() for text in axes.texts]


def test_there_is_a_figure_of_every_metric_and_measure(study):
    assert list(drawn(study.write())) == ["difference-psnr", "difference-ssim", "psnr", "M1", "M2"]


def test_a_dot_is_filled_where_the_interval_leaves_zero_out(study):
    figure = drawn(study.write())["difference-psnr"]
    (axes,) = figure.axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [dot.get_markerfacecolor() == dot.get_color() for dot in dots] == [True, False]
    assert [dot.get_xdata()[0] for dot in dots] == pytest.approx([0.5, 0.02], abs=0.01)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["good & <b>", "same"]
    seeds = [line for line in axes.lines if line.get_marker() == "|"]
    assert [len(line.get_xdata()) for line in seeds] == [3, 3]
    intervals = [line for line in axes.lines if line.get_marker() == "None" and line.get_color() in COLORS]
    assert len(intervals) == 2


def test_without_intervals_there_are_dots_alone(study):
    study.intervals = False
    (axes,) = drawn(study.write())["difference-psnr"].axes
    assert not [line for line in axes.lines if line.get_marker() == "None" and line.get_color() in COLORS]


def test_nothing_to_compare_is_not_drawn(study):
    study.arms = {"plain": 0.0}
    found = read_study(study.write().folder)
    assert figures.differences(standings(found, found.blocks[0], "psnr")) is None
    assert figures.curves(found.blocks[0], [[]], "nothing") is None
    assert figures.curves(found.blocks[0], [[([20], [30.0])]], "one validation, at the end") is None
    assert figures.curves(found.blocks[0], [[([0, 20], [9.0, 30.0])]], "start and end alone") is None


def test_a_line_is_drawn_through_three_measurements_or_more(study):
    block = read_study(study.write().folder).blocks[0]
    several, two = ([0, 10, 20], [5.0, 6.0, 7.0]), ([0, 20], [5.0, 9.0])
    figure = figures.curves(block, [[several], [two], [two]], "some")
    assert texts(figure) == ["plain"]
    assert figure.axes[0].get_yscale() == "linear"


def test_every_line_is_named_where_it_ends(study):
    study.arms |= {f"arm {index}": 1.0 * index for index in range(6)}
    figure = drawn(study.write())["psnr"]
    assert sorted(texts(figure)) == sorted(study.arms)
    (axes,) = figure.axes
    heights = sorted(text.get_position()[1] for text in axes.texts)
    assert min(b - a for a, b in itertools.pairwise(heights)) > 0.9 * figures.APART
    (plain,) = (line for line in axes.lines if line.get_color() == figures.BASELINE and len(line.get_xdata()) == 4)
    assert plain.get_xdata()[-1] == axes.get_xlim()[1] == 20
    png(figure)  # only then are the limits known
    end = (axes.transScale + axes.transLimits).transform((20, plain.get_ydata()[-1]))[1]
    starts = [line.get_ydata()[0] for line in axes.lines if len(line.get_xdata()) == 2]
    assert min(abs(start - end) for start in starts) < 1e-9


@pytest.mark.parametrize("wanted", [[0.5], [0.5, 0.5, 0.5], [0, 0, 1, 1], [0.9, 0.1, 0.89], [-1, 2], [0.3] * 40])
def test_labels_move_apart_keep_their_order_and_stay_within(wanted):
    found = apart(wanted, 0.1)
    distance = min(0.1, 1 / max(1, len(wanted) - 1))
    ordered = sorted(found)
    assert all(b - a >= distance - 1e-9 for a, b in itertools.pairwise(ordered))
    assert ordered[0] >= -1e-9
    assert ordered[-1] <= 1 + 1e-9
    assert all(
        (x <= y) for a, x in zip(wanted, found, strict=True) for b, y in zip(wanted, found, strict=True) if a < b
    )


def test_labels_that_are_apart_stay_where_they_are():
    assert apart([0.9, 0.2, 0.5], 0.1) == [0.9, 0.2, 0.5]


def test_colours_differ_and_the_page_knows_them_all(study):
    study.arms |= {f"arm {index}": 0.1 for index in range(5)}
    arms = read_study(study.write().folder).blocks[0].arms
    assert len({color_of(arm) for arm in arms}) == len(arms) == 8
    assert all(color_of(arm) in THEME for arm in arms)


def test_an_svg_of_the_page_has_the_colours_of_the_page(study):
    for name, figure in drawn(study.write()).items():
        file = svg_file(figure, name)
        ElementTree.fromstring(file)
        drawing = for_page(file, f"<{name}>", THEME)
        assert f'aria-label="&lt;{name}&gt;"' in drawing
        assert not any(color in drawing for color in THEME)
        assert "var(--arm-1)" in drawing
        assert len(file) < 60_000


def test_figures_are_the_same_every_time(study):
    study.write()
    first, second = drawn(study), drawn(study)
    for name in ("difference-psnr", "M1"):
        assert svg_file(first[name], name) == svg_file(second[name], name)
        assert png(first[name]) == png(second[name])


def test_ripples_are_drawn_by_their_logarithm_down_to_zero(study):
    (axes,) = drawn(study.write())["M1"].axes
    assert axes.get_yscale() == "symlog"
    assert axes.get_ylim()[0] == 0
    assert axes.figure.get_suptitle() == "M1 (grey levels)"
    assert measures.MEASURES["M1"].unit == "grey levels"
