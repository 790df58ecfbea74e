"""MATLAB's imresize, compared with a slow form of its formula, and with real MATLAB output if available."""

import math

import numpy as np
import pytest
import torch

from srkit.image import resize as module
from srkit.image.crop import modcrop
from srkit.image.files import read
from srkit.image.resize import imresize, resize
from srkit.image.search import find
from srkit.image.traceable_bicubic import enlarge

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
@pytest.mark.parametrize("whole", [False, True], ids=["blocks", "whole"])
def test_tensors_agree_with_arrays(scale, edge, whole, monkeypatch):
    if not whole:
        monkeypatch.setattr(module, "WHOLE", 0)
        monkeypatch.setattr(module, "BLOCK", 8)
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


def test_each_side_has_its_own_scale_and_the_smaller_one_goes_first():
    rows_first = imresize(imresize(IMAGE, size=(6, 17)), size=(6, 50))
    columns_first = imresize(imresize(IMAGE, size=(23, 50)), size=(6, 50))
    assert np.array_equal(imresize(IMAGE, size=(6, 50)), rows_first)
    assert not np.array_equal(rows_first, columns_first)


def test_a_scale_that_keeps_the_size_by_rounding_up_still_filters():
    x = torch.rand(1, 1, 20, 20, dtype=torch.float64)
    exact = imresize(x[0, 0].numpy(), 0.96)
    assert exact.shape == (20, 20)
    assert np.abs(exact - x[0, 0].numpy()).max() > 0.01
    np.testing.assert_allclose(resize(x, 0.96)[0, 0].numpy(), exact, atol=1e-12)
    assert torch.equal(resize(x, 1), x)


def test_without_antialiasing_the_kernel_stays_narrow():
    comb = torch.zeros(1, 1, 12, 12, dtype=torch.float64)
    comb[..., ::3] = 1.0
    assert resize(comb, 1 / 3, antialias=False).abs().max() < 1e-12  # samples lie between the teeth
    assert resize(comb, 1 / 3).min() > 0.2


@pytest.mark.parametrize("scale", [1 / 3, 3])
def test_enlarging_and_shrinking_commute_with_flips(scale):
    x = torch.rand(1, 2, 12, 15, dtype=torch.float64)
    for axes in ((-1,), (-2,), (-2, -1)):
        torch.testing.assert_close(resize(x.flip(axes), scale), resize(x, scale).flip(axes))
    torch.testing.assert_close(resize(x.mT, scale), resize(x, scale).mT)


def test_16_bits_are_rounded_in_their_own_range():
    deep = IMAGE.astype(np.uint16) * 100 + 20000  # far enough from black and white that nothing is clipped
    exact = imresize(deep.astype(float), 0.5)
    low = imresize(deep, 0.5)
    assert low.dtype == np.uint16
    assert np.abs(low - exact).max() <= 1.5  # two roundings
    flat = np.full((9, 9), 65535, np.uint16)
    assert np.array_equal(imresize(flat, 2), np.full((18, 18), 65535))


def test_what_prediction_cached_can_be_trained_through():
    module._on_device.cache_clear()
    with torch.inference_mode():
        resize(torch.rand(1, 1, 8, 8), 2)
    x = torch.rand(1, 1, 8, 8, requires_grad=True)
    resize(x, 2).square().sum().backward()
    assert x.grad.isfinite().all()


def test_a_lower_precision_of_products_does_not_reach_it():
    x = torch.rand(1, 1, 40, 40)
    exact = imresize(x[0, 0].numpy(), 2)
    torch.set_float32_matmul_precision("medium")
    try:
        np.testing.assert_allclose(resize(x, 2)[0, 0].numpy(), exact, atol=1e-6)
        assert module._exact(x) == torch.float64
    finally:
        torch.set_float32_matmul_precision("highest")
    assert module._exact(x) == torch.float32


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_single(dtype):
    x = torch.rand(1, 3, 12, 9).to(dtype)
    assert torch.equal(resize(x, 2), resize(x.float(), 2).to(dtype))


def test_a_view_resizes_like_its_copy():
    x = torch.rand(2, 3, 30, 30).contiguous(memory_format=torch.channels_last)
    cut = x[..., 3:27, 5:25]
    torch.testing.assert_close(resize(cut, 0.5), resize(cut.contiguous(), 0.5))


@pytest.mark.parametrize("edge", ["clamp", "symmetric"])
@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_the_way_for_exporters_gives_the_same(scale, edge):
    for sides in ((1, 1), (1, 5), (2, 1)):
        small = torch.rand(1, 3, *sides, dtype=torch.float64)
        torch.testing.assert_close(enlarge(small, scale, edge), resize(small, scale, edge=edge))
    x = torch.rand(2, 3, 7, 5, dtype=torch.float64, requires_grad=True)
    y = enlarge(x, scale, edge)
    torch.testing.assert_close(y, resize(x, scale, edge=edge))
    weight = torch.rand_like(y)
    (one,), (other,) = (torch.autograd.grad((z * weight).sum(), x) for z in (y, resize(x, scale, edge=edge)))
    torch.testing.assert_close(one, other)


@pytest.mark.parametrize("edge", ["clamp", "symmetric"])
@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_the_convolution_for_onnx_gives_the_same(scale, edge, monkeypatch):
    monkeypatch.setattr(torch.onnx, "is_in_onnx_export", lambda: True)
    for shape in ((2, 3, 7, 5), (1, 1, 2, 2), (1, 3, 1, 4), (1, 1, 1, 1)):
        x = torch.rand(shape, dtype=torch.float64)
        torch.testing.assert_close(enlarge(x, scale, edge), resize(x, scale, edge=edge))


def test_an_exported_model_takes_any_size():
    class Enlarge(torch.nn.Module):
        def forward(self, x):
            return resize(x, 2)

    sizes = {2: torch.export.Dim.DYNAMIC, 3: torch.export.Dim.DYNAMIC}
    program = torch.export.export(Enlarge(), (torch.rand(1, 3, 6, 8),), dynamic_shapes=(sizes,))
    x = torch.rand(1, 3, 11, 5)
    torch.testing.assert_close(program.module()(x), resize(x, 2))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "wants scale or size, one of them, got scale None and size None"),
        ({"scale": 2, "size": (4, 4)}, r"one of them, got scale 2 and size \(4, 4\)"),
        ({"scale": -1}, "scale must be positive, got -1"),
        ({"scale": math.inf}, "scale must be positive, got inf"),
        ({"scale": math.nan}, "scale must be positive, got nan"),
        ({"size": (0, 4)}, r"size must be positive, got \(0, 4\)"),
    ],
)
def test_it_refuses_what_makes_no_sense(given, message):
    for way, image in ((imresize, IMAGE), (resize, torch.rand(1, 1, 8, 8))):
        with pytest.raises(ValueError, match=message):
            way(image, **given)


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
