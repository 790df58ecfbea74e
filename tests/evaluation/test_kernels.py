"""The score of a kernel does not depend on its shift, and a wrong kernel has a bad score."""

import json

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from srkit.degrading.kernels import gaussian, normalised
from srkit.draws import Draws
from srkit.errors import SrkitError
from srkit.evaluation.kernels import difference, measure_kernels
from srkit.image.files import write


def bell(variances, side=15, centre=7.0, theta=0.3):
    kernels = gaussian(np.array([variances]), np.array([theta]), side, centre)
    return torch.from_numpy(normalised(kernels))[0]


@pytest.fixture
def images(tmp_path, catalog):
    noise = np.random.default_rng(0).integers(0, 256, (40, 36, 3), dtype=np.uint8)
    for name in ("a", "b/c"):
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path / "set" / f"{name}.png", noise)
    return catalog.build("dataset", "folder", path=str(tmp_path / "set"))


def test_a_kernel_that_is_moved_or_padded_is_the_same():
    kernel = bell((2.0, 5.0))
    assert difference(kernel, kernel) == pytest.approx(0, abs=1e-12)
    assert difference(F.pad(kernel, (4, 2, 1, 5)), kernel) == pytest.approx(0, abs=1e-12)
    for shift in (0.1, 0.37, 0.5):
        assert difference(bell((2.0, 3.0), 31, 15 + shift), bell((2.0, 3.0), 31, 15.0)) < 1e-9


def test_it_is_the_smallest_difference_that_moving_by_whole_pixels_can_leave_or_less():
    one, other = bell((1.0, 4.0)), bell((3.0, 2.0), theta=1.0)
    by_hand = min(
        float((F.pad(one, (x, 8 - x, y, 8 - y)) - F.pad(other, (4, 4, 4, 4))).square().sum())
        for x in range(9)
        for y in range(9)
    )
    assert 0.95 * by_hand < difference(one, other) <= by_hand + 1e-12


def test_a_turned_or_wider_kernel_is_another():
    kernel = bell((1.0, 5.0))
    norm = float(kernel.square().sum())
    assert difference(kernel.T, kernel) > 0.1 * norm
    assert difference(bell((2.0, 10.0)), kernel) > 0.05 * norm
    delta = torch.zeros(3, 3)
    delta[1, 1] = 1
    assert difference(delta, delta) == pytest.approx(0, abs=1e-12)


def test_the_score_is_that_of_the_kernel_which_made_the_image(images, catalog):
    made = catalog.build("degradation", "anisotropic_gaussian", 2)

    def told(low, draws):  # knows the kernel of the image a
        return made.kernels(Draws.of([("example", 5, "a")]))

    a, c = measure_kernels(told, images, made, scale=2, seed=5)
    assert (a.name, c.name) == ("a", "b/c")
    assert a.error < 1e-6
    assert c.error > 0.05
    true = made.kernels(Draws.of([("example", 5, "b/c")]))[0]
    left = difference(told(None, None)[0], true)
    assert c.psnr == pytest.approx(-10 * np.log10(left / true.numel()))
    assert c.error == pytest.approx((left / float(true.square().sum())) ** 0.5)


def test_the_average_beats_bicubic_where_kernels_are_random(images, catalog):
    made = catalog.build("degradation", "anisotropic_gaussian", 2)
    average, bicubic = (
        [row.error for row in measure_kernels(catalog.build("estimator", one, 2), images, made, scale=2)]
        for one in ("average", "bicubic")
    )
    assert max(average) < 0.6 < min(bicubic)


def test_an_estimator_may_learn_and_is_not_shown_what_is_too_small(images, catalog):
    made = catalog.build("degradation", "anisotropic_gaussian", 2)

    class Learns:
        least = 18

        def __call__(self, low, draws):
            weights = torch.zeros(9, requires_grad=True)
            (weights.softmax(0) * low.mean()).square().sum().backward()
            return torch.ones(1, 3, 3) / 9 + weights.grad.mean()

    assert len(list(measure_kernels(Learns(), images, made, scale=2))) == 2
    Learns.least = 19
    with pytest.raises(SrkitError, match=r"^a: wants LR of 19 x 19 pixels or more, found 18 x 20; "):
        list(measure_kernels(Learns(), images, made, scale=2))


def test_a_degradation_without_kernels_is_refused(images, catalog):
    made, estimator = catalog.build("degradation", "bicubic", 2), catalog.build("estimator", "bicubic", 2)
    with pytest.raises(SrkitError, match=r"^a: wants LR made by a degradation that says its kernels, such as "):
        list(measure_kernels(estimator, images, made, scale=2))


def test_the_command_prints_a_row_an_image_and_the_mean(srkit, images, tmp_path):
    words = ("kernels", "{use: average, count: 20}", tmp_path / "set", "--scale", 2, "--device", "cpu")
    code, out, _ = srkit(*words)
    assert code == 0
    lines = out.splitlines()
    assert [line.split()[0] for line in lines] == ["image", "a", "b/c", "mean", "average,"]
    found = json.loads(srkit(*words, "--json")[1])
    assert [row["name"] for row in found["images"]] == ["a", "b/c"]
    assert found["scores"]["error"] == pytest.approx(np.mean([row["error"] for row in found["images"]]))
    assert f"{found['scores']['error']:.4f}" in lines[3]
    code, _, err = srkit("kernels", "averge", tmp_path / "set", "--scale", 2)
    assert (code, "did you mean 'average'" in err) == (2, True)
