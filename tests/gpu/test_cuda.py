"""Tests on a GPU; they are skipped without one."""

import pytest
import torch

from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.draws import Draws
from srkit.image.resize import resize
from srkit.plugins import load_catalog

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="wants a CUDA device")]


def test_a_seed_draws_the_same_degradation_on_every_device():
    high = torch.rand(4, 3, 64, 64)
    part = AnisotropicGaussian(4, quantise=False)
    there = part(high.cuda(), Draws.of([(0, n) for n in range(4)]))
    assert there.is_cuda
    torch.testing.assert_close(there.cpu(), part(high, Draws.of([(0, n) for n in range(4)])), atol=1e-5, rtol=0)


def test_resizing_agrees_with_the_cpu():
    x = torch.rand(2, 3, 70, 50)
    for scale in (0.25, 0.5, 2, 3):
        torch.testing.assert_close(resize(x.cuda(), scale).cpu(), resize(x, scale), atol=1e-5, rtol=0)


def test_models_agree_with_the_cpu():
    catalog, x = load_catalog(), torch.rand(1, 1, 20, 24)
    for upsampler in ("subpixel", "transposed_conv", "resize_conv"):
        options = {"upsampler": upsampler, "residual_init": "he", "depth": 2}
        model = catalog.build("model", "lapsrn", 4, 1, **options).eval()
        with torch.no_grad(), torch.backends.cudnn.flags(allow_tf32=False):
            here = model(x)
            torch.testing.assert_close(model.cuda()(x.cuda()).cpu(), here, atol=1e-4, rtol=1e-3)
