import numpy as np
import pytest
import torch

from srkit.checkerboard.phase_errors import phase_errors, phase_orbits
from srkit.image.resize import resize


def symmetries(square):
    for turned in (np.rot90(square, k) for k in range(4)):
        yield turned
        yield turned.T


@pytest.mark.parametrize(
    ("scale", "sizes"), [(2, [4]), (3, [4, 4, 1]), (4, [4, 8, 4]), (8, [4, 8, 8, 8, 4, 8, 8, 4, 8, 4])]
)
def test_orbits_are_those_of_the_square(scale, sizes):
    orbits = phase_orbits(scale)
    assert sorted(np.bincount(orbits.ravel())) == sorted(sizes)
    assert all(np.array_equal(orbits, other) for other in symmetries(orbits))
    assert orbits[0, 0] == 0
    if scale == 4:
        assert orbits.tolist() == [[0, 1, 1, 0], [1, 2, 2, 1], [1, 2, 2, 1], [0, 1, 1, 0]]


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_white_noise_is_balanced(scale, noise):
    target = torch.full((1, 1, 480, 480), 0.5, dtype=torch.float64)
    read = [phase_errors(target + noise(1, 1, 480, 480, seed=seed), target, scale) for seed in range(20)]
    assert np.mean([one.bias_ratio for one in read]) == pytest.approx(1, abs=0.4)
    assert all(one.variance_ratio < 1.1 and one.bias_spread < 0.02 for one in read)


@pytest.mark.parametrize("scale", [2, 4])
def test_a_biased_phase_is_seen(scale, noise):
    target = torch.full((1, 1, 480, 480), 0.5, dtype=torch.float64)
    prediction = target + noise(1, 1, 480, 480)
    prediction[..., 0::scale, 1::scale] += 0.25 / 255
    measured = phase_errors(prediction, target, scale)
    assert measured.bias_ratio > 50
    assert measured.biases[0, 1] == pytest.approx(0.25, abs=0.02)
    # one phase of s*s departs; its orbit's mean takes a share of 1/4 or 1/8
    size = 4 if scale == 2 else 8
    assert measured.bias_spread == pytest.approx(0.25 * ((1 - 1 / size) / scale**2) ** 0.5, rel=0.1)


def test_a_noisier_phase_is_seen(noise):
    target = torch.zeros(1, 1, 240, 240, dtype=torch.float64)
    prediction = noise(1, 1, 240, 240)
    prediction[..., 1::2, 1::2] *= 2
    measured = phase_errors(prediction, target, 2)
    assert measured.variance_ratio == pytest.approx(4, rel=0.1)
    assert measured.bias_ratio < 5


def test_orbits_may_differ_from_one_another(noise):
    """The corners of a 4 x 4 block are harder to predict; a bias of theirs is no imbalance."""
    target = torch.zeros(1, 1, 480, 480, dtype=torch.float64)
    orbits = torch.from_numpy(np.tile(phase_orbits(4), (120, 120)))
    prediction = noise(1, 1, 480, 480) * (1 + orbits) + orbits / 255
    measured = phase_errors(prediction, target, 4)
    assert measured.variances.max() / measured.variances.min() > 8
    assert measured.variance_ratio < 1.15
    assert measured.bias_ratio < 2.5


def test_an_error_shared_by_the_block_is_no_imbalance(noise):
    target = torch.zeros(1, 1, 240, 240, dtype=torch.float64)
    shared = torch.nn.functional.interpolate(noise(1, 1, 120, 120, grey_levels=20), scale_factor=2.0)
    fine = noise(1, 1, 240, 240, grey_levels=0.1, seed=1)
    fine[..., ::2, ::2] += 0.05 / 255
    assert phase_errors(shared + fine, target, 2).bias_ratio > 100


@pytest.mark.parametrize("scale", [2, 4])
def test_bicubic_enlargement_treats_phases_alike(set5, scale):
    """Its errors follow edges and are far from white; only differences between phases may count."""
    read = [phase_errors(resize(resize(high, 1 / scale), scale), high, scale) for high in set5.values()]
    assert np.median([one.bias_ratio for one in read]) < 1
    assert max(one.variance_ratio for one in read) < 1.25


def test_nothing_to_compare():
    image = torch.rand(1, 1, 8, 8)
    assert phase_errors(image, image, 2).bias_ratio == 1
    assert phase_errors(image, image, 2).variance_ratio == 1
    comb = torch.zeros(1, 1, 8, 8)
    comb[..., ::2, ::2] = 1
    assert phase_errors(comb, torch.zeros(1, 1, 8, 8), 2).bias_ratio == float("inf")


def test_what_does_not_fit_is_refused():
    image = torch.rand(1, 1, 9, 8)
    with pytest.raises(ValueError, match="target: wants sides divisible by 2, found 8 x 9; modcrop it"):
        phase_errors(image, image, 2)
    with pytest.raises(ValueError, match=r"of the target \(1, 1, 8, 8\), found \(1, 1, 9, 8\)"):
        phase_errors(image, image[..., :8, :], 2)
    with pytest.raises(ValueError, match="wants two blocks of 8 x 8 or more, found 8 x 8"):
        phase_errors(image[..., :8, :], image[..., :8, :], 8)
    with pytest.raises(ValueError, match="scale must be at least 2 to have phases, got 1"):
        phase_errors(image, image, 1)
