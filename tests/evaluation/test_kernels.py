"""Estimated kernels are compared with those that made the images."""

import json

import numpy as np
import pytest
import torch

from srkit.degrading.compare import squared_difference
from srkit.draws import Draws
from srkit.errors import SrkitError
from srkit.evaluation.kernels import measure_kernels
from srkit.image.files import write


@pytest.fixture
def images(tmp_path, catalog):
    noise = np.random.default_rng(0).integers(0, 256, (40, 36, 3), dtype=np.uint8)
    for name in ("a", "b/c"):
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path / "set" / f"{name}.png", noise)
    return catalog.build("dataset", "folder", path=str(tmp_path / "set"))


def test_the_score_is_that_of_the_kernel_which_made_the_image(images, catalog):
    made = catalog.build("degradation", "anisotropic_gaussian", 2)

    def told(low, draws):  # knows the kernel of the image a
        return made.kernels(Draws.of([("example", 5, "a")]))

    a, c = measure_kernels(told, images, made, scale=2, seed=5)
    assert (a.name, c.name) == ("a", "b/c")
    assert a.error < 1e-6
    assert c.error > 0.05
    true = made.kernels(Draws.of([("example", 5, "b/c")]))[0]
    left = squared_difference(told(None, None)[0], true)
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
    by_mass = json.loads(srkit(*words, "--json", "--align", "mass")[1])
    assert (found["align"], by_mass["align"]) == ("best", "mass")
    assert found["scores"]["error"] < by_mass["scores"]["error"]
    code, _, err = srkit("kernels", "averge", tmp_path / "set", "--scale", 2)
    assert (code, "did you mean 'average'" in err) == (2, True)
