import math

import numpy as np
import pytest
import torch

from srkit.metrics import protocol
from srkit.metrics.psnr import PSNR
from srkit.metrics.ssim import SSIM


def test_a_constant_offset_has_a_closed_form():
    target = torch.full((1, 1, 20, 20), 100 / 255)
    for offset in (1, 5, 20):
        wanted = 20 * math.log10(255 / offset)
        found = PSNR(2, gray="as_is")(target + offset / 255, target)
        assert float(found[0]) == pytest.approx(wanted, abs=1e-6)


def test_rgb_is_rounded_then_its_luma_compared_without_its_border():
    """The whole protocol again, in numpy and one step after the other."""
    random = np.random.default_rng(0)
    x, y = random.random((2, 3, 26, 31)) * 1.1 - 0.05, random.random((2, 3, 26, 31))
    wanted = []
    for a, b in zip(x, y, strict=True):
        lumas = [
            16 + np.tensordot([65.481, 128.553, 24.966], np.rint(image.clip(0, 1) * 255) / 255, 1)[3:-3, 3:-3]
            for image in (a, b)
        ]
        wanted.append(10 * math.log10(255**2 / np.mean((lumas[0] - lumas[1]) ** 2)))
    found = PSNR(3)(torch.from_numpy(x), torch.from_numpy(y))
    assert found.dtype == torch.float64
    np.testing.assert_allclose(found.numpy(), wanted, atol=1e-9)


def test_a_batch_scores_like_its_images():
    x, y = torch.rand(3, 3, 20, 24), torch.rand(3, 3, 20, 24)
    alone = [float(PSNR(2)(x[i : i + 1], y[i : i + 1])[0]) for i in range(3)]
    assert PSNR(2)(x, y).tolist() == pytest.approx(alone, abs=1e-9)


def test_rgb_is_averaged_as_errors_not_as_decibels():
    x, y = torch.rand(1, 3, 20, 20), torch.rand(1, 3, 20, 20)
    alone = [float(PSNR(2, gray="as_is")(x[:, i : i + 1], y[:, i : i + 1])[0]) for i in range(3)]
    mean_error = sum(10 ** (-value / 10) for value in alone) / 3
    assert float(PSNR(2, color="rgb")(x, y)[0]) == pytest.approx(-10 * math.log10(mean_error), abs=1e-9)


def test_an_image_in_half_precision_is_measured_in_double():
    x, y = torch.rand(1, 1, 20, 20).half(), torch.rand(1, 1, 20, 20).half()
    torch.testing.assert_close(PSNR(2)(x, y), PSNR(2)(x.double(), y.double()))


def test_identical_images_give_infinity_and_errors_are_symmetric():
    x, y = torch.rand(2, 3, 24, 24), torch.rand(2, 3, 24, 24)
    assert torch.isinf(PSNR(2)(x, x)).all()
    torch.testing.assert_close(PSNR(2)(x, y), PSNR(2)(y, x))


def test_full_range_luma_would_read_less():
    """On gray errors, studio range is 20 log10(255/219) = 1.32 dB above full range."""
    x = torch.rand(1, 1, 32, 32)
    y = (x + 0.1 * torch.rand_like(x)).clamp(0, 1)
    as_is, repeated = (float(PSNR(2, gray=gray)(x, y)[0]) for gray in ("as_is", "repeat"))
    assert repeated - as_is == pytest.approx(20 * math.log10(255 / 219), abs=1e-6)
    as_rgb = float(PSNR(2)(x.expand(-1, 3, -1, -1), y.expand(-1, 3, -1, -1))[0])
    assert repeated == pytest.approx(as_rgb, abs=1e-6)
    assert float(PSNR(2)(x, y)[0]) == repeated


def test_the_border_is_cut_off():
    target = torch.rand(1, 1, 20, 20)
    spoilt = target.clone()
    spoilt[..., :4, :] = 0
    assert torch.isinf(PSNR(4)(spoilt, target)).all()
    assert torch.isfinite(PSNR(4, border=3)(spoilt, target)).all()


def test_rounding_is_part_of_the_protocol():
    target = torch.full((1, 1, 16, 16), 100 / 255)
    assert torch.isinf(PSNR(2)(target + 0.4 / 255, target)).all()
    exact = PSNR(2, quantise=False, gray="as_is")(target + 0.4 / 255, target)
    assert float(exact[0]) == pytest.approx(56.09, abs=0.01)


def test_it_says_how_it_measures_and_refuses_what_does_not_fit():
    assert PSNR(4).protocol == {
        "color": "Y",
        "range": "16..235",
        "border": 4,
        "rounded": "8 bit",
        "gray": "repeated to RGB",
    }
    with pytest.raises(ValueError, match="border: wants int of at least 0, got -1"):
        PSNR(2, border=-1)
    with pytest.raises(ValueError, match="wants two images of one shape"):
        PSNR(2)(torch.rand(1, 3, 20, 20), torch.rand(1, 1, 20, 20))
    with pytest.raises(ValueError, match=r"wants images \(N,1,H,W\) or \(N,3,H,W\), got \(1, 4, 20, 20\)"):
        PSNR(2)(torch.rand(1, 4, 20, 20), torch.rand(1, 4, 20, 20))
    with pytest.raises(ValueError, match="wants an image larger than twice the border 8, got 16 x 20"):
        PSNR(8)(torch.rand(1, 1, 20, 16), torch.rand(1, 1, 20, 16))


@pytest.mark.parametrize(
    ("name", "psnr", "ssim"),
    [
        ("Set5", {2: 33.661, 3: 30.392, 4: 28.421, 8: 24.391}, 0.8104),
        ("Set14", {2: 30.232, 3: 27.541, 4: 26.000, 8: 23.092}, 0.7027),
    ],
)
def test_bicubic_scores_what_the_papers_print(shared_data, name, psnr, ssim):
    """Luma rounded, resized in double, rounded: the protocol behind numbers.md, section 2."""
    from srkit.image.color import luma
    from srkit.image.convert import quantise, to_tensor
    from srkit.image.crop import modcrop
    from srkit.image.files import read
    from srkit.image.resize import resize
    from srkit.image.search import find
    from srkit.metrics.ssim import SSIM

    images = [to_tensor(read(file)).double() for file in find(shared_data / "test" / name)]
    for scale, wanted in psnr.items():
        luminances = [quantise(luma(x) if x.shape[1] == 3 else x) for x in (modcrop(x, scale) for x in images)]
        large = [resize(resize(y, 1 / scale, edge="symmetric"), scale, edge="symmetric") for y in luminances]
        found = [float(PSNR(scale, gray="as_is")(a, b)[0]) for a, b in zip(large, luminances, strict=True)]
        assert sum(found) / len(found) == pytest.approx(wanted, abs=0.005)
        if scale == 4:
            found = [float(SSIM(scale, gray="as_is")(a, b)[0]) for a, b in zip(large, luminances, strict=True)]
            assert sum(found) / len(found) == pytest.approx(ssim, abs=0.001)


@pytest.mark.parametrize("metric", [PSNR(2), PSNR(2, color="rgb", quantise=False), SSIM(2), SSIM(2, color="rgb")])
def test_a_large_image_is_compared_in_bands_and_no_value_depends_on_them(metric, monkeypatch):
    target = torch.rand(2, 3, 61, 40)
    prediction = (target + 0.05 * torch.randn_like(target)).clamp(0, 1)
    whole = metric(prediction, target)
    for rows in (1, 7, 46, 56):
        monkeypatch.setattr(protocol, "BAND", rows * 36)
        assert len(list(metric.prepare.bands(prediction, target))) == -(-57 // rows)
        torch.testing.assert_close(metric(prediction, target), whole, rtol=1e-12, atol=0)
