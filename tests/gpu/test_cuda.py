"""Parts on a GPU compute what they compute on the CPU."""

import pytest
import torch

from srkit.draws import Draws
from srkit.engine.precision import products
from srkit.evaluation.checkerboard import flat_response, layer_ripples
from srkit.fused.prepare import prepare
from srkit.image.resize import resize
from srkit.network.enlarger import NetworkEnlarger
from srkit.network.network import Network
from srkit.plugins import load_catalog

pytestmark = pytest.mark.gpu
CHAIN = {
    "stages": [
        {"use": "blur"},
        {"use": "resize"},
        {"use": "noise", "sigma_range": [1, 30]},
        {"use": "poisson"},
        {"use": "sinc"},
        {"use": "jpeg", "quality_range": [30, 95]},
    ],
    "quantise": False,
}


def draws(count):
    return Draws.of([(0, n) for n in range(count)])


def lapsrn(scale=4, channels=1, **options):
    torch.manual_seed(0)
    options = {"residual_init": "he", "depth": 2, "features": 16} | options
    return load_catalog().build("model", "lapsrn", scale, channels, **options).eval()


@pytest.mark.parametrize("options", [{}, {"unit": "std"}, {"align": False}], ids=str)
def test_a_seed_draws_the_same_kernels_on_every_device(device, options):
    high = torch.rand(4, 3, 64, 64)
    part = load_catalog().build("degradation", "anisotropic_gaussian", 4, quantise=False, **options)
    there = part(high.to(device), draws(4))
    assert there.device == device
    torch.testing.assert_close(there.cpu(), part(high, draws(4)), atol=1e-5, rtol=0)


def test_a_chain_with_noise_and_jpeg_agrees_with_the_cpu(device):
    high = torch.nn.functional.interpolate(torch.rand(6, 3, 12, 12), size=(96, 96), mode="bicubic").clamp(0, 1)
    chain = load_catalog().build("degradation", "chain", 4, **CHAIN)
    here, there = chain(high, draws(6)), chain(high.to(device), draws(6))
    assert there.device == device
    # where a DCT coefficient lies at the edge of two steps, rounding may take the other one
    difference = (here - there.cpu()).abs()
    assert difference.mean() < 2e-3
    assert (difference > 0.1).float().mean() < 0.01


def test_resizing_agrees_with_the_cpu(device):
    x = torch.rand(2, 3, 70, 50)
    for scale in (0.25, 0.5, 2, 3):
        torch.testing.assert_close(resize(x.to(device), scale).cpu(), resize(x, scale), atol=1e-5, rtol=0)


@pytest.mark.parametrize("upsampler", ["subpixel", "transposed_conv", "resize_conv"])
def test_networks_agree_with_the_cpu(device, upsampler):
    model, x = lapsrn(upsampler=upsampler), torch.rand(1, 1, 20, 24)
    with torch.no_grad():
        here = model(x)
        with products(device, "fp32"):
            there = model.to(device)(x.to(device)).cpu()
    torch.testing.assert_close(there, here, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize(("precision", "most"), [("fp32", 1e-5), ("bf16", 2e-2)])
def test_a_prepared_network_computes_the_same_function(device, precision, most):
    model, x = lapsrn(), torch.rand(1, 1, 20, 24)
    for level in model.levels:
        level.residual.weight.data *= 0.1
    with torch.no_grad():
        wanted = model(x)
    with products(device, precision):
        found = prepare(model, device=device, precision=precision)(x.to(device))
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.cpu(), wanted, atol=most, rtol=0)


def test_tiles_agree_with_the_whole_image(device):
    network, low = Network.of(lapsrn(), 4, "y"), torch.rand(1, 1, 70, 90)
    whole = NetworkEnlarger(network, device=device)(low)
    tiled = NetworkEnlarger(network, device=device, side=24)(low)
    torch.testing.assert_close(tiled, whole, atol=1e-5, rtol=0)


def test_a_metric_that_is_a_network_agrees_with_the_cpu(device, vgg_file):
    loss = load_catalog().build("loss", "perceptual", weights=str(vgg_file), layers={"relu2_2": 1.0})
    one, other = torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32)
    here = loss(one, other)
    with products(device, "fp32"):
        there = loss.to(device)(one.to(device), other.to(device))
    torch.testing.assert_close(there.cpu(), here, rtol=1e-3, atol=1e-6)


def test_fp32_switches_tf32_off_and_on_again(device, on_cuda):
    before = torch.backends.cudnn.allow_tf32
    with products(device, "fp32"):
        assert torch.backends.cudnn.allow_tf32 is (before and not on_cuda)
    assert torch.backends.cudnn.allow_tf32 is before


@pytest.mark.parametrize("upsampler", ["subpixel", "transposed_conv"])
def test_the_checkerboard_of_flat_fields_agrees_with_the_cpu(device, upsampler):
    model = lapsrn(upsampler=upsampler)
    network = Network.of(model, 4, "y")
    here = [field.ripple for field in flat_response(network)], dict(layer_ripples(network))
    model.to(device)
    there = [field.ripple for field in flat_response(network)], dict(layer_ripples(network))
    assert there[0] == pytest.approx(here[0], rel=1e-3, abs=1e-4)
    assert there[1] == pytest.approx(here[1], rel=1e-3, abs=1e-5)
