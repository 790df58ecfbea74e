import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from srkit.checkerboard.spectrum import SIZE, grid_peak_ratio, grid_spectrum, relative_gpr
from srkit.image.convert import quantise
from srkit.image.resize import resize


def grid(image, scale, grey_levels):
    """A cosine grid of that amplitude, of period ``scale`` in both directions."""
    down, across = (torch.arange(side, dtype=torch.float64) for side in image.shape[-2:])
    wave = torch.cos(2 * math.pi * down / scale)[:, None] * torch.cos(2 * math.pi * across / scale)
    return grey_levels / 255 * wave


def direct(crop, scale):
    """The GPR of one N x N crop, straight from the definition."""
    size = len(crop)
    line = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    power = np.abs(np.fft.fft2(crop * np.outer(line, line))) ** 2
    ratios = []
    for k in range(scale):
        for m in range(scale):
            if k == m == 0:
                continue
            near, far = [], []
            for a in range(-8, 9):
                for b in range(-8, 9):
                    value = power[(k * size // scale + a) % size, (m * size // scale + b) % size]
                    if max(abs(a), abs(b)) <= 1:
                        near.append(value)
                    elif max(abs(a), abs(b)) > 2:
                        far.append(value)
            ratios.append(np.mean(near) / (np.median(far) / np.log(2)))
    return 10 * np.log10(np.mean(ratios))


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_one_crop_is_the_definition(scale, noise):
    size = 16 * scale * 2
    crop = 0.5 + noise(1, 1, size, size)
    assert grid_peak_ratio(crop, scale, size=size) == pytest.approx(direct(crop[0, 0].numpy(), scale), abs=1e-3)


@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_white_noise_has_no_grid(scale, noise):
    assert abs(grid_peak_ratio(0.5 + noise(4, 1, 512, 512), scale)) < 0.5


@pytest.mark.parametrize("scale", [2, 4])
def test_a_quarter_of_a_grey_level_is_seen_on_a_clean_image(scale, noise):
    clean = resize(0.5 + noise(1, 1, 64, 64, grey_levels=40), 4)  # smooth, like an enlarged photograph
    clean = clean + noise(1, 1, 256, 256, grey_levels=0.05)
    assert grid_peak_ratio(clean + grid(clean, scale, 0.25), scale) > 20
    assert grid_peak_ratio(clean, scale) < 1


def test_a_stronger_grid_reads_higher_by_its_decibels(noise):
    clean = 0.5 + noise(2, 1, 256, 256)
    once, twice = (grid_peak_ratio(clean + grid(clean, 2, levels), 2) for levels in (2, 4))
    assert twice - once == pytest.approx(20 * math.log10(2), abs=0.1)


def test_a_grid_of_another_period_is_not_taken_for_it(noise):
    image = 0.5 + noise(1, 1, 384, 384)
    assert abs(grid_peak_ratio(image + grid(image, 3, 2), 2, size=96)) < 2
    assert abs(grid_peak_ratio(image + grid(image, 8, 2), 4)) < 1
    assert grid_peak_ratio(image + grid(image, 3, 2), 3) > 20


def test_where_the_grid_begins_makes_no_difference(noise):
    image = 0.5 + noise(1, 1, 257, 257)
    image = image + grid(image, 2, 1)
    one, other = grid_peak_ratio(image[..., :256, :256], 2), grid_peak_ratio(image[..., 1:, 1:], 2)
    assert one == pytest.approx(other, abs=0.5)


def test_natural_photographs_read_zero(photographs):
    for scale in (2, 4):
        read = [grid_peak_ratio(image, scale) for image in photographs.values()]
        assert abs(np.mean(read)) < 1
        assert max(map(abs, read)) < 6  # straight edges of a scene, which relative_gpr cancels


def test_set5_reads_what_is_known(set5):
    """HR had +0.2 dB at x2 and 0.0 at x4, bicubic -18 and -19, with another size of crop."""
    for scale, high, bicubic in ((2, 0.0, -18.2), (4, 0.6, -16.0)):
        enlarged = {name: resize(resize(image, 1 / scale), scale) for name, image in set5.items()}
        assert np.mean([grid_peak_ratio(image, scale) for image in set5.values()]) == pytest.approx(high, abs=0.1)
        assert np.mean([grid_peak_ratio(image, scale) for image in enlarged.values()]) == pytest.approx(
            bicubic, abs=0.3
        )
    rounded = [grid_peak_ratio(quantise(image), 2) for image in enlarged.values()]
    assert np.mean(rounded) > -4  # as the module says: rounding fills the zeros


def test_the_scene_is_taken_off(photographs):
    scene = photographs["camera"]
    assert relative_gpr(scene, scene, 2) == 0
    assert relative_gpr(scene + grid(scene, 2, 2), scene, 2) > 10


def test_a_flat_image_is_silent():
    assert abs(grid_peak_ratio(torch.full((1, 3, 128, 128), 0.5), 4)) < 2
    assert grid_peak_ratio(torch.zeros(1, 1, 128, 128), 4) == pytest.approx(10 * math.log10(math.log(2)), abs=1e-9)


def test_the_picture_has_its_peaks_where_it_says(noise):
    stripes = 5 / 255 * torch.cos(math.pi / 2 * torch.arange(SIZE, dtype=torch.float64))  # of period 4, upright
    measured = grid_spectrum(0.5 + noise(1, 1, SIZE, SIZE) + stripes, 4)
    assert measured.levels.shape == (SIZE, SIZE)
    assert len(measured.peaks) == 15
    loud = {(row, column) for row, column, decibels in measured.peaks if decibels > 10}
    assert loud == {(64, 32), (64, 96)}
    around_zero = slice(SIZE // 2 - 2, SIZE // 2 + 3)
    measured.levels[around_zero, around_zero] = -np.inf
    assert np.unravel_index(measured.levels.argmax(), (SIZE, SIZE)) in loud


def test_channels_images_and_crops_count_alike(noise):
    image = 0.5 + noise(2, 3, 128, 192)
    each = [grid_spectrum(plane[None, None], 2).ratios for plane in image.reshape(6, 128, 192)]
    together = grid_spectrum(image, 2)
    assert together.ratios == pytest.approx(np.concatenate(each))
    assert len(together.ratios) == 6 * 2


def test_gradients_are_not_kept():
    image = torch.rand(1, 1, 64, 64, requires_grad=True)
    assert isinstance(grid_peak_ratio(image, 2), float)
    assert image.grad is None


def test_what_does_not_fit_is_refused():
    image = torch.rand(1, 1, 60, 200)
    with pytest.raises(ValueError, match=r"image: wants \(N,C,H,W\), found shape \(60, 200\)"):
        grid_spectrum(image[0, 0], 2)
    with pytest.raises(ValueError, match="at least 64 pixels for scale 4, found 60 in 200 x 60"):
        grid_spectrum(image, 4)
    with pytest.raises(ValueError, match="a multiple of 3 and at least 48 pixels for scale 3, found 50"):
        grid_spectrum(image, 3, size=50)
    with pytest.raises(ValueError, match="wants 64 x 64 pixels or more, found 200 x 60; give a smaller size"):
        grid_spectrum(image, 2, size=64)
    with pytest.raises(ValueError, match="image: wants finite values, found nan or inf"):
        grid_spectrum(F.pad(image, (0, 0, 1, 1), value=math.nan), 2)
    with pytest.raises(ValueError, match="scale must be at least 2 to have a grid, got 1"):
        grid_spectrum(image, 1)
