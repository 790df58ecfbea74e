import numpy as np
import pytest

from srkit.network.tiles import LONGEST, SMALLEST, Axis, TileGrid

GRIDS = [
    TileGrid(Axis(height, out[0], scale, halo, multiple), Axis(width, out[1], scale, halo, multiple))
    for height, width, scale, out, halo, multiple in (
        (100, 70, 2, (200, 140), 13, 1),
        (101, 333, 4, (404, 1332), 18, 1),
        (101, 333, 4, (303, 999), 18, 1),  # shrunk afterwards
        (333, 40, 4, (433, 52), 7, 4),
        (17, 1, 8, (136, 8), 30, 1),
        (64, 64, 2, (67, 67), 2, 1),
    )
]


@pytest.mark.parametrize("grid", GRIDS, ids=str)
@pytest.mark.parametrize("most", [1, 5000, 20_000, 10**9])
def test_tiles_cover_the_result_once_and_their_windows_are_small_enough(grid, most):
    tiles = grid.plan(most)
    count = np.zeros((grid.rows.out, grid.columns.out), int)
    for tile in tiles:
        count[tile.top : tile.bottom, tile.left : tile.right] += 1
        rows, columns = grid.spans(tile)
        assert rows.seen * columns.seen <= max(most, len(tiles) == grid.rows.most * grid.columns.most and 10**9)
    assert (count == 1).all()
    if most == 10**9:
        assert len(tiles) == 1


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_a_span_knows_what_it_needs(grid):
    for tile in grid.plan(3000):
        for axis, span in zip(grid, grid.spans(tile), strict=True):
            window, cut = span.window, span.cut
            first, last = window.start * axis.scale + cut.start, window.start * axis.scale + cut.stop
            assert 0 <= window.start < window.stop <= axis.length
            assert 0 <= cut.start < cut.stop <= span.seen * axis.scale
            assert window.start == 0 or first // axis.scale - window.start >= axis.halo
            assert window.stop == axis.length or window.stop - -(-last // axis.scale) >= axis.halo
            assert window.start % axis.multiple == 0
            assert window.stop % axis.multiple == 0 or window.stop == axis.length
            if span.weights is None:
                assert (first, last) == (span.out.start, span.out.stop)
            else:
                assert span.weights.shape == (span.out.stop - span.out.start, cut.stop - cut.start)
                np.testing.assert_allclose(span.weights.sum(1), 1)


def test_few_pixels_are_seen_twice():
    """A wide picture is cut into strips, a tall one into columns; there are no needless cuts."""
    wide = TileGrid(Axis(200, 400, 2, 13), Axis(900, 1800, 2, 13))
    assert len({(tile.top, tile.bottom) for tile in wide.plan(200 * 330)}) == 1
    tall = TileGrid(Axis(900, 1800, 2, 13), Axis(200, 400, 2, 13))
    assert len({(tile.left, tile.right) for tile in tall.plan(200 * 330)}) == 1
    seen = sum(rows.seen * columns.seen for rows, columns in map(wide.spans, wide.plan(200 * 330)))
    assert seen < 1.2 * 200 * 900


def test_halves_are_the_whole_down_to_the_smallest():
    grid = GRIDS[1]
    (whole,) = grid.plan(10**9)
    todo, done = [whole], 0
    while todo:
        tile = todo.pop()
        halves = grid.halves(tile)
        if halves is None:
            assert max(tile.bottom - tile.top, tile.right - tile.left) < 2 * SMALLEST * 4
            done += tile.area
        else:
            assert halves[0].area + halves[1].area == tile.area
            assert min(halves[0].area, halves[1].area) > 0
            todo += halves
    assert done == whole.area


def test_without_a_halo_nothing_is_cut():
    grid = TileGrid(Axis(500, 1000, 2, None), Axis(600, 1200, 2, None))
    (whole,) = grid.plan(100)
    rows, columns = grid.spans(whole)
    assert (rows.window, columns.window) == (slice(0, 500), slice(0, 600))
    assert grid.halves(whole) is None


@pytest.mark.parametrize(("height", "width", "count"), [(1, 65535, 9), (65535, 3, 9), (6000, 8192, 1)])
def test_long_thin_pictures_are_cut_though_the_memory_would_do(height, width, count):
    grid = TileGrid(Axis(height, 2 * height, 2, 20), Axis(width, 2 * width, 2, 20))
    tiles = grid.plan(10**9)
    assert len(tiles) == count
    assert all(span.seen <= LONGEST for tile in tiles for span in grid.spans(tile))
