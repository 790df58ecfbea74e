import itertools

import numpy as np
import pytest

from srkit.records.environment import Environment
from srkit.records.log import Record
from srkit.records.summary import Summary
from srkit.report import plots
from srkit.report.compare import metrics, standings
from srkit.report.figures import COLORS, INK, png, svg_file
from srkit.report.plots import apart
from srkit.report.read import read_results, read_run
from srkit.report.results import RunResult
from srkit.report.scores import ScoreSet


def run_with(*records, best=None):
    summary = Summary("n", "lapsrn", 2, "y", 1, 1.0, 1, {}, best)
    return RunResult(None, summary, Environment(), "", records, ScoreSet(()), {})


def trained(**values):
    """Records of training, each of ``values`` a list over steps."""
    rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    return [Record("train", step, row) for step, row in enumerate(rows, 1)]


def drawn(study):
    found = read_results(study.folder)
    block = found.blocks[0]
    drawings = [
        *plots.score_drawings(found, block, metrics(block)),
        *plots.validation_drawings(found, block, metrics(block)[:1]),
        *plots.measure_drawings(found, block),
    ]
    return {drawing.name: drawing.figure for drawing in drawings}


def texts(figure):
    (axes,) = figure.axes
    return [text.get_text() for text in axes.texts]


def test_there_is_a_figure_of_every_metric_and_measure(study):
    assert list(drawn(study.write())) == ["difference-psnr", "difference-ssim", "validation-psnr", "M1", "M2"]


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
    found = read_results(study.write().folder)
    assert plots.differences(standings(found, found.blocks[0], "psnr")) is None


def test_a_line_is_drawn_through_three_measurements_or_more(study):
    arms = read_results(study.write().folder).blocks[0].arms
    several, two = ([0, 10, 20], [5.0, 6.0, 7.0]), ([0, 20], [5.0, 9.0])
    assert [line.name for line in plots.arm_lines(arms, [[several], [two], []])] == ["plain"]
    assert plots.arm_lines(arms, [[], [], [([20], [30.0])]]) == []


def test_every_line_is_named_where_it_ends(study):
    study.arms |= {f"arm {index}": 1.0 * index for index in range(6)}
    figure = drawn(study.write())["validation-psnr"]
    assert sorted(texts(figure)) == sorted(study.arms)
    (axes,) = figure.axes
    heights = sorted(text.get_position()[1] for text in axes.texts)
    assert min(b - a for a, b in itertools.pairwise(heights)) > 0.9 * plots.APART
    (plain,) = (line for line in axes.lines if line.get_color() == INK and len(line.get_xdata()) == 4)
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


def test_every_named_value_of_a_record_of_training_is_drawn():
    values = {"loss": [3.0, 2.0], "loss.pixel": [1.0, 0.5], "loss.vgg": [2.0, 1.5], "lr": [1e-3, 1e-4]}
    noise = {"grad_norm": [0.5, 0.6], "seconds": [1.0, 2.0], "images_per_second": [9.0, 9.0]}
    drawings = {one.name: one for one in plots.training_drawings(run_with(*trained(**values, **noise)))}
    assert list(drawings) == ["training-loss", "training-lr", "training-grad_norm"]
    assert [one.title for one in drawings.values()] == ["training loss", "learning rate", "norm of the gradient"]
    assert texts(drawings["training-loss"].figure) == ["total", "pixel", "vgg"]
    assert texts(drawings["training-lr"].figure) == []
    rates = plots.training_drawings(run_with(*trained(**{"lr": [1.0, 0.5], "lr.head": [0.1, 0.05]})))
    assert texts(next(rates).figure) == ["lr", "head"]  # one is no sum of the other
    (line,) = (one for one in drawings["training-lr"].figure.axes[0].lines if len(one.get_xdata()) == 2)
    assert list(line.get_ydata()) == [1e-3, 1e-4]


def test_a_value_that_nobody_has_heard_of_is_drawn_under_its_name():
    (drawing,) = plots.training_drawings(run_with(*trained(**{"perceptual_weight.vgg": [1.0, 2.0]})))
    assert (drawing.name, drawing.title) == ("training-perceptual_weight", "perceptual weight")
    assert texts(drawing.figure) == ["vgg"]


def test_a_value_that_only_some_records_carry_is_drawn_through_those():
    run = run_with(*trained(loss=[1.0, 1.0, 1.0]), Record("train", 9, {"loss": 1.0, "grad_norm": 5.0}))
    loss, norm = plots.training_drawings(run)
    assert [line.get_xdata().tolist() for line in norm.figure.axes[0].lines] == [[9.0]]
    assert len(loss.figure.axes[0].lines[0].get_xdata()) == 4


def test_without_records_nothing_is_drawn():
    assert list(plots.training_drawings(run_with())) == []
    assert plots.validation_figure(run_with(*trained(loss=[1.0])), "psnr", "PSNR") is None


@pytest.mark.parametrize("values", [[0.5], [0.5, 0.4], [0.0, 0.1], [1.0, -1.0], [*np.geomspace(1, 1e-4, 5000)]])
def test_any_loss_can_be_drawn_and_stays_small(values):
    (drawing,) = plots.training_drawings(run_with(*trained(loss=values)))
    assert len(svg_file(drawing.figure, "loss")) < 60_000


@pytest.mark.parametrize(
    ("values", "scale"),
    [([1.0, 0.19], "log"), ([1.0, 0.21], "linear"), ([1.0, 0.0], "linear"), ([1.0, -1.0], "linear")],
)
def test_a_loss_that_falls_to_less_than_a_fifth_is_drawn_by_its_logarithm(values, scale):
    loss, rate = plots.training_drawings(run_with(*trained(loss=values, lr=[1.0, 1e-6])))
    assert loss.figure.axes[0].get_yscale() == scale
    assert rate.figure.axes[0].get_yscale() == "linear"


def test_the_kept_weights_are_marked(run_folder):
    figure = plots.validation_figure(read_run(run_folder), "psnr", "PSNR")
    assert figure.get_suptitle() == "PSNR, 30.00 kept"
    (ring,) = (line for line in figure.axes[0].lines if line.get_markerfacecolor() == "none")
    assert (list(ring.get_xdata()), list(ring.get_ydata())) == ([10], [30])


def test_a_perfect_validation_leaves_the_rest_to_be_drawn():
    found = [Record("validate", step, {"psnr": psnr}) for step, psnr in ((1, 30.0), (2, float("inf")), (3, 31.0))]
    figure = plots.validation_figure(run_with(*found, best=2), "psnr", "PSNR")
    assert [line.get_xdata().tolist() for line in figure.axes[0].lines] == [[1, 3]]
    assert figure.get_suptitle() == "PSNR"
