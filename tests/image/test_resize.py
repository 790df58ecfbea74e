"""MATLAB's imresize: against its formula written slowly, and against real MATLAB output where that is at hand."""

import math

import numpy as np
import pytest
import torch

from srkit.image import resize as module
from srkit.image.crop import modcrop
from srkit.image.files import find, read
from srkit.image.resize import imresize, resize

IMAGE = np.random.default_rng(0).integers(0, 256, (23, 17, 3), dtype=np.uint8)
SCALES = (1 / 4, 1 / 3, 1 / 2, 0.7, 1.3, 2, 3, 4)


def keys(x):
    x = abs(x)
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x <= 2 else 0.0


def slow_line(line, scale, edge):
    """One row of pixels, resized as MATLAB's contributions.m says, pixel by pixel."""
    stretch = min(scale, 1)
    result = []
    for out in range(1, math.ceil(len(line) * scale) + 1):
        centre = out / scale + 0.5 * (1 - 1 / scale)
        total = weights = 0.0
        for position in range(math.floor(centre - 2 / stretch), math.floor(centre + 2 / stretch) + 2):
            weight = stretch * keys(stretch * (centre - position))
            at = position - 1
            if edge == "clamp":
                at = min(max(at, 0), len(line) - 1)
            else:
                at %= 2 * len(line)
                at = at if at < len(line) else 2 * len(line) - 1 - at
            total += weight * line[at]
            weights += weight
        result.append(total / weights)
    return np.array(result)


@pytest.mark.parametrize("edge", ["clamp", "symmetric"])
@pytest.mark.parametrize("scale", SCALES)
def test_floats_follow_the_formula(scale, edge):
    image = IMAGE[..., 0].astype(float)
    slow = np.apply_along_axis(slow_line, 0, image, scale, edge)
    slow = np.apply_along_axis(slow_line, 1, slow, scale, edge)
    np.testing.assert_allclose(imresize(image, scale, edge=edge), slow, atol=1e-10)


def test_bytes_are_rounded_after_each_pass():
    rows = np.apply_along_axis(slow_line, 0, IMAGE[..., 0].astype(float), 0.5, "clamp")
    rows = np.floor(rows.clip(0, 255) + 0.5)
    both = np.apply_along_axis(slow_line, 1, rows, 0.5, "clamp")
    wanted = np.floor(both.clip(0, 255) + 0.5).astype(np.uint8)
    assert np.array_equal(imresize(IMAGE, 0.5, edge="clamp")[..., 0], wanted)
    once = np.floor(imresize(IMAGE.astype(float), 0.5).clip(0, 255) + 0.5).astype(np.uint8)
    assert 0.02 < (imresize(IMAGE, 0.5) != once).mean() < 0.3  # one rounding at the end is another image


@pytest.mark.parametrize("edge", ["clamp", "symmetric"])
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("dense", [True, False])
def test_tensors_agree_with_arrays(scale, edge, dense, monkeypatch):
    monkeypatch.setattr(module, "DENSE_UP_TO", 10**6 if dense else 0)
    x = torch.rand(2, 3, 40, 31)
    fast = resize(x, scale, edge=edge)
    for one, image in zip(fast, x, strict=True):
        exact = imresize(image.permute(1, 2, 0).numpy(), scale, edge=edge)
        np.testing.assert_allclose(one.permute(1, 2, 0).numpy(), exact, atol=1e-6)


def test_tensors_have_a_gradient_and_keep_out_of_autocast():
    x = torch.rand(1, 1, 16, 16, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: resize(x, 0.5), (x,))
    y = torch.rand(1, 1, 32, 32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(resize(y, 0.25).double(), resize(y.double(), 0.25), atol=1e-6, rtol=0)


def test_flat_stays_flat_and_sizes_are_exact():
    flat = torch.full((1, 1, 9, 13), 0.3)
    for scale in SCALES:
        y = resize(flat, scale)
        assert y.shape[-2:] == (math.ceil(9 * scale), math.ceil(13 * scale))
        torch.testing.assert_close(y, torch.full_like(y, 0.3))
    assert resize(flat, size=(4, 30)).shape == (1, 1, 4, 30)
    assert imresize(IMAGE, size=(5, 60)).shape == (5, 60, 3)


def test_it_refuses_what_makes_no_sense():
    with pytest.raises(ValueError, match="wants scale or size, one of them"):
        imresize(IMAGE)
    with pytest.raises(ValueError, match="scale must be positive, got -1"):
        imresize(IMAGE, -1)


@pytest.mark.parametrize("edge", ["clamp", "symmetric"])
def test_real_matlab_output_is_reproduced_bit_for_bit(shared_data, edge):
    checked = 0
    for low_file in sorted((shared_data / "matlab_lr" / f"edge_{edge}").rglob("*.png")):
        scale, images = int(low_file.parent.name[1:]), find(shared_data / "test" / low_file.parent.parent.name)
        if low_file.stem.startswith("img_"):
            high_file = images[int(low_file.stem.split("_")[1]) - 1]
        else:
            high_file = next(file for file in images if low_file.stem.startswith(file.stem))
        low, high = read(low_file), modcrop(read(high_file), scale)
        high = high if high.shape[-1] == low.shape[-1] else high.repeat(3, -1)
        assert np.array_equal(imresize(high, 1 / scale, edge=edge), low), low_file
        checked += 1
    assert checked == {"clamp": 57, "symmetric": 20}[edge]


def test_real_matlab_floats_are_reproduced(shared_data):
    bird = np.load(shared_data / "matlab_lr" / "bird_x4_float64.npz")
    low = imresize(bird["im_gt_y"], 0.25, edge="symmetric")
    np.testing.assert_allclose(low, bird["im_l_y"], atol=1e-12)
    np.testing.assert_allclose(imresize(bird["im_l_y"], 4, edge="symmetric"), bird["im_b_y"], atol=1e-12)
