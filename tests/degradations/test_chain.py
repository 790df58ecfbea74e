from functools import partial

import pytest
import torch
import yaml

from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.degradations.bicubic import Bicubic
from srkit.degradations.chain import Chain
from srkit.errors import ConfigError
from srkit.image.convert import quantise
from srkit.image.resize import resize
from srkit.plugins import load_catalog
from srkit.stages.blur import Blur
from srkit.stages.jpeg import Jpeg
from srkit.stages.noise import Noise
from srkit.stages.resize import Resize
from srkit.stages.shrink import Shrink
from srkit.work import Work

Unrounded = partial(AnisotropicGaussian, quantise=False)
Shrunk = partial(Shrink, by=Unrounded)


def test_stages_run_in_order_and_draw_under_their_names(picture, draws):
    high = picture(2, 3, 64, 48)
    low, drawn = Chain(2, stages=[Shrunk, Noise, Jpeg]).trace(high, draws(2))
    assert low.shape == (2, 3, 32, 24)
    assert set(drawn) == {"kernels", "sigma", "noise_kind", "quality"}

    blurred = Unrounded(2)(high, draws(2).child("shrink").child("anisotropic_gaussian"))
    work = Noise(2)(Work(tuple(blurred.chunk(2)), (32, 24)), draws(2).child("noise"))
    work = Jpeg(2)(work, draws(2).child("jpeg"))
    assert torch.equal(low, torch.cat(work.images))


def test_a_stage_that_is_put_before_changes_nothing_that_others_draw(picture, draws):
    def drawn(*stages):
        return Chain(2, stages=list(stages)).trace(picture(), draws(2))[1]

    alone, after = drawn(Jpeg), drawn(Noise, Blur, Resize, Jpeg)
    assert torch.equal(alone["quality"], after["quality"])
    twice = drawn(Jpeg, Noise, Jpeg)
    assert torch.equal(alone["quality"], twice["quality"])
    assert torch.equal(twice["jpeg_2.quality"], drawn(Jpeg, Blur, Jpeg)["jpeg_2.quality"])
    assert not torch.equal(twice["jpeg_2.quality"], twice["quality"])


def test_rounds_at_the_end_alone(draws):
    """Noise far below a grey level would be lost, were the blurred image rounded first."""
    faint = partial(Noise, sigma_range=[0.2, 0.2])
    high = torch.full((1, 1, 64, 64), 100.5 / 255)
    low = Chain(2, stages=[Shrunk, faint])(high, draws(1))
    assert set(low.mul(255).round().flatten().tolist()) >= {100.0, 101.0}
    exact = Chain(2, stages=[Shrunk, faint], quantise=False)(high, draws(1))
    assert torch.equal(quantise(exact), low)
    assert not torch.equal(low, exact)


def test_parts_are_not_changed(picture, draws):
    """Built alone, and built for a chain: the same options give the same part."""
    Chain(2, stages=[partial(Shrink, by=AnisotropicGaussian), Noise])(picture(), draws(2))
    low = AnisotropicGaussian(2)(picture(), draws(2))
    assert torch.equal(quantise(low), low)


def test_what_stages_leave_too_large_or_too_small_is_resized_at_the_end(picture, draws):
    high = picture(3, 3, 64, 48)
    low = Chain(4, stages=[Noise], quantise=False)(high, draws(3))
    noisy = Noise(4)(Work(tuple(high.chunk(3)), (16, 12)), draws(3).child("noise")).images
    assert torch.equal(low, torch.cat([resize(image, size=(16, 12)) for image in noisy]))
    tiny = partial(Resize, factor_range=[0.1, 0.1])
    assert Chain(4, stages=[tiny])(high, draws(3)).shape == (3, 3, 16, 12)


def test_the_end_resizes_nothing_that_has_the_size(picture, draws):
    low = Chain(2, stages=[partial(Shrink, by=Bicubic)])(picture(), draws(2))
    assert torch.equal(low, Bicubic(2)(picture(), draws(2)))


def test_no_stages_are_refused():
    with pytest.raises(ValueError, match="stages must be one or more, got none; bicubic alone is the degradation"):
        Chain(2, stages=[])


SECOND_ORDER = """
use: chain
stages:
  - {use: blur, sigma_range: [0.2, 3], shapes: {iso: 0.6, plateau_aniso: 0.4}}
  - {use: maybe, stage: {use: sinc}, probability: 0.1}
  - {use: resize, factor_range: [0.15, 1.5]}
  - use: one_of
    choices: [{use: noise, sigma_range: [1, 30], gray: 0.4}, {use: poisson, gray: 0.4}]
  - {use: jpeg, quality_range: [30, 95]}
  - {use: maybe, stage: {use: blur, sigma_range: [0.2, 1.5]}, probability: 0.8}
  - {use: resize, of: low, factor_range: [0.3, 1.2], shares: [0.3, 0.4, 0.3]}
  - use: one_of
    choices: [{use: noise, sigma_range: [1, 25], gray: 0.4}, {use: poisson, gray: 0.4}]
  - use: one_of
    choices:
      - use: sequence
        stages: [{use: resize, of: low, factor_range: [1, 1]}, sinc, jpeg]
      - use: sequence
        stages: [jpeg, {use: resize, of: low, factor_range: [1, 1]}, sinc]
"""


@pytest.mark.parametrize("channels", [1, 3])
def test_a_second_order_is_yaml_alone(picture, draws, channels):
    """That of Real-ESRGAN (Wang et al. 2021): sizes within a batch differ, and rows do not affect each other."""
    options = yaml.safe_load(SECOND_ORDER)
    chain = load_catalog([]).build("degradation", options.pop("use"), 4, **options)
    high = picture(8, channels, 64, 48)
    low, drawn = chain.trace(high, draws(8))
    assert low.shape == (8, channels, 16, 12)
    assert torch.equal(quantise(low), low)
    assert {"kernels", "factor", "resize_2.factor", "quality", "choice", "one_of_3.choice"} <= set(drawn)
    for size in (1, 2, 4):
        for start in range(0, 8, size):
            rows = slice(start, start + size)
            assert torch.equal(chain(high[rows], draws(8)[rows]), low[rows])
    assert (low - resize(high, 0.25)).abs().mean() > 5 / 255


@pytest.mark.parametrize(
    ("kind", "name", "hint"),
    [
        ("degradation", "jpeg", "it is a stage, which a degradation can hold: {use: chain, stages: [jpeg]}"),
        ("stage", "bicubic", "it is a degradation, which a stage can hold: {use: shrink, by: bicubic}"),
    ],
)
def test_a_stage_in_place_of_a_degradation_is_told_how_to_be_one(kind, name, hint):
    with pytest.raises(ConfigError) as caught:
        load_catalog([]).build(kind, name, 2)
    assert str(caught.value) == f"{kind} {name!r}: use: no {kind} called {name!r}; {hint}"
