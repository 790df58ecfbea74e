import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from srkit.checkerboard.flat import flat_fields
from srkit.checkerboard.picture import figure, write
from srkit.checkerboard.spectrum import grid_spectrum
from srkit.image.files import read


@pytest.fixture(scope="module")
def arm():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.PixelShuffle(2))
    with torch.no_grad():
        image = net(torch.rand(1, 1, 64, 64))
    return grid_spectrum(image, 2), flat_fields(net, 2, levels=[0.5])[0]


@pytest.mark.parametrize("names", [["one"], ["one", "two", "three"]])
def test_an_arm_has_its_two_pictures(arm, names):
    drawing = figure(dict.fromkeys(names, arm))
    pictures = [axes for axes in drawing.axes if axes.images]
    assert len(pictures) == 2 * len(names)
    shown = [axes.images[0] for axes in pictures]
    for row in (shown[: len(names)], shown[len(names) :]):
        assert len({image.get_clim() for image in row}) == 1  # pictures that look alike are equal
    low, high = shown[-1].get_clim()
    assert low == -high
    assert high == pytest.approx(np.abs(arm[1].picture()).max())


def test_the_rings_are_on_the_peaks(arm):
    axes = figure({"one": arm}).axes[0]
    rings = {(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in axes.lines}
    edge = (-0.5, 0.5)
    assert rings == {(x, y) for x in edge for y in edge} | {(x, 0) for x in edge} | {(0, y) for y in edge}
    left, right, bottom, top = axes.images[0].get_extent()
    shown = axes.images[0].get_array()
    for x, y in rings:
        column = round((x - left) / (right - left) * shown.shape[1] - 0.5)
        row = round((y - top) / (bottom - top) * shown.shape[0] - 0.5)
        assert shown[row, column] == arm[0].levels[64 if y == 0 else 0, 64 if x == 0 else 0]


def test_a_flat_field_looks_flat(arm):
    flat = flat_fields(nn.Upsample(scale_factor=2), 2, levels=[0.5])[0]
    shown = figure({"flat": (arm[0], flat)}).axes[1].images[0]
    assert shown.get_clim()[1] == 0.01


def test_a_picture_is_written_whole(arm, tmp_path):
    write(tmp_path / "grid.png", {"one": arm}, dpi=50)
    assert read(tmp_path / "grid.png").shape[2] == 3
    assert [path.name for path in tmp_path.iterdir()] == ["grid.png"]


def test_no_arms_are_refused():
    with pytest.raises(ValueError, match="arms: wants one or more to draw, found none"):
        figure({})


def test_the_measures_do_not_wait_for_matplotlib():
    code = "import sys, srkit.checkerboard.picture; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
