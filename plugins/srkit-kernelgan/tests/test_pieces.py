"""The pieces of KernelGAN, each by itself."""

import pytest
import torch
from torch.nn import functional as F

from srkit.draws import Draws
from srkit.estimators.bicubic import Bicubic
from srkit.plugins import load_catalog
from srkit.testing import check_part
from srkit_kernelgan.constraints import Constraints
from srkit_kernelgan.crops import Places, edges
from srkit_kernelgan.estimator import cleaned
from srkit_kernelgan.generator import NOISE, Linear
from srkit_kernelgan.pairs import Pairs
from srkit_kernelgan.windows import Windows

CATALOG = load_catalog()
FIRST = F.pad(Bicubic(2).kernel[0], (2, 2, 2, 2)).float()


@pytest.mark.parametrize(
    ("kind", "name", "options"),
    [("discriminator", "windows", {"features": 4, "blocks": 2}), ("gan_loss", "absolute", {})],
)
def test_contracts(kind, name, options):
    check_part(CATALOG[kind][name], CATALOG, **options)


def test_the_layers_of_the_generator_are_one_kernel():
    generator, image = Linear(5).double(), torch.rand(2, 3, 33, 40, dtype=torch.float64)
    planes = (2 * image - 1).flatten(0, 1)[:, None]
    for weight in generator.weights[:-1]:
        planes = F.conv2d(planes, weight)
    wanted = (F.conv2d(planes, generator.weights[-1], stride=2).view(2, 3, 11, 14) + 1) / 2
    made = generator(image)
    assert made.shape == wanted.shape
    assert (made - wanted).abs().max() < 4 * NOISE
    slopes = [torch.autograd.grad(one.sum(), list(generator.parameters())) for one in (wanted, made)]
    for one, other in zip(*slopes, strict=True):
        torch.testing.assert_close(one, other)


def test_every_layer_of_the_discriminator_has_the_spectral_norm_1():
    torch.manual_seed(0)
    rival = Windows(3, 26, features=16).train()
    for _ in range(50):
        rival(torch.rand(1, 3, 26, 26))
    largest = torch.linalg.svdvals(rival.middle / rival._norms())[:, 0]
    torch.testing.assert_close(largest, torch.ones(5), atol=0.02, rtol=0)


def test_a_window_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="wants a patch of 7 pixels or more, which hold one window, got 6"):
        Windows(3, 6)


def test_crops_are_drawn_where_edges_are():
    torch.manual_seed(0)
    image = torch.full((1, 3, 60, 200), 0.5)
    image[..., 100:] = torch.rand(1, 3, 60, 100)
    places = Places(edges(image), 20).drawn(200, Draws.of([("a test",)]))
    assert all(top % 2 == left % 2 == 0 for top, left in places)
    assert all(0 <= top <= 40 and 80 <= left <= 180 for top, left in places)
    assert len(set(places)) > 50


def test_crops_of_an_image_whose_edges_lie_at_its_border_are_drawn_everywhere():
    image = torch.full((1, 1, 40, 40), 0.5)
    image[..., 0] = 1.0
    assert len(set(Places(edges(image), 16).drawn(100, Draws.of([("a test",)])))) > 50


def test_pairs_are_crops_of_the_image():
    image = torch.rand(1, 3, 60, 50)
    pairs = Pairs(image, 32, 3, Draws.of([("a test",)]))
    windows = image.unfold(2, 10, 2).unfold(3, 10, 2).permute(0, 2, 3, 1, 4, 5).reshape(-1, 3, 10, 10)
    for number in range(3):
        low, high, _ = pairs(number)
        assert (low.shape, high.shape) == ((1, 3, 32, 32), (1, 3, 10, 10))
        assert (windows - high).abs().amax((1, 2, 3)).min() < 5 * NOISE


def test_the_kernel_of_bicubic_has_no_cost_but_that_of_small_values():
    generator = Linear(2)
    terms = Constraints(generator, FIRST)
    terms.weights |= {"centre": 1.0}
    low = torch.rand(1, 3, 32, 32)
    generator.current = FIRST
    prediction = F.conv2d(low.transpose(0, 1), FIRST[None, None], stride=2).transpose(0, 1)
    for name, value in terms.with_low(low).terms(prediction, prediction).items():
        assert float(value) == pytest.approx(0, abs=1e-6), name
    generator.current = FIRST.roll(1, 0)
    assert float(terms.terms(prediction, prediction)["centre"]) == pytest.approx(0.5, rel=1e-3)
    generator.current = torch.full((13, 13), 1 / 169)
    assert float(terms.terms(prediction, prediction)["boundary"]) > 0.005


def test_the_first_kernel_is_left_once_it_is_near():
    terms = Constraints(Linear(2), FIRST)
    for step in range(1, 401):
        terms.after(step)
    assert terms.weights == {"first": 5.0, "sum": 0.5, "boundary": 0.5}
    terms.distance = torch.tensor(0.1)
    weights = {}
    for step in range(401, 1401):
        terms.after(step)
        weights[step] = dict(terms.weights)
    assert weights[599]["first"] == 5
    assert weights[600] == {"first": pytest.approx(0.05), "sum": 0.5, "boundary": 0.5}
    assert weights[800] == {"first": pytest.approx(5e-4), "sum": 0.5, "boundary": 0.5, "centre": 1, "small": 5}
    assert weights[1000]["first"] == weights[1400]["first"] == 5e-6


def test_small_values_of_a_kernel_are_left_out():
    kernel = torch.arange(-20.0, 149).view(13, 13)
    kept = cleaned(kernel, 40)
    assert float(kept.sum()) == pytest.approx(1)
    assert int((kept > 0).sum()) == int((kernel > 0.75 * 108).sum())
