"""A prepared network is the same function: deferred convolutions change the time only."""

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations

from srkit.config.signature import declared
from srkit.errors import BuildError
from srkit.evaluation.measure import measure
from srkit.evaluation.protocol import EvaluationProtocol
from srkit.fused import deferred
from srkit.fused.deferred import Kernels
from srkit.fused.prepare import prepare
from srkit.plugins import load_catalog
from srkit.testing.small import small_options
from srkit.weights.load import load

CPU = torch.device("cpu")
CATALOG = load_catalog([])
SMALL = {name: small_options(part, CATALOG, 2, 3, width=16) for name, part in CATALOG["model"].items()}
UPSAMPLERS = [(name, {}) for name in CATALOG["upsampler"]] + [
    ("transposed_conv", {"kernel": 4}),
    ("transposed_conv", {"kernel": 7, "bias": False}),
    ("subpixel", {"kernel": 5, "blur": True, "bias": False}),
    ("resize_conv", {"kernel": 5}),
    ("resize_conv", {"padding": "replicate"}),
    ("resize_conv", {"mode": "bilinear"}),
]
MODELS = [(name, SMALL[name]) for name in CATALOG["model"]] + [
    ("lapsrn", SMALL["lapsrn"] | {"activation": "pre", "residual": "local"})
]
VARIED = ("espcn", "lapsrn")
"""Models that are prepared with all options of upsamplers too, for features and for images."""
NETWORKS = [
    (model, options | ({"upsampler": {"use": use, **more}} if takes else {}))
    for model, options in MODELS
    for takes in ("upsampler" in declared(CATALOG["model"][model].factory),)
    for use, more in (UPSAMPLERS if takes else [("", {})])
    if not more or model in VARIED
]


def drawn(network):
    """No weight may be zero, as an untrained residual is."""
    torch.manual_seed(0)
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.1)
    return network.eval()


def allowed(model, scale, options):
    try:
        CATALOG.build("model", model, scale, 1, **options)
    except BuildError:
        return False
    return True


def ready(network, precision="fp32"):
    return prepare(network, device=CPU, precision=precision)


def plain(network, x):
    with torch.no_grad():
        return network(x)


def same(found, wanted):
    # a hundredth of a grey level: a softmax of features in grey levels, as of carafe in edsr, enlarges rounding
    torch.testing.assert_close(found, wanted, atol=3e-5, rtol=1e-5)


@pytest.fixture
def computed(monkeypatch):
    """The convolutions that srkit computed by itself: (kind, slope)."""
    seen, compute = [], Kernels.compute

    def noted(kernels, what):
        seen.append((getattr(what, "kind", "interpolation"), getattr(what, "slope", None)))
        return compute(kernels, what)

    monkeypatch.setattr(Kernels, "compute", noted)
    return seen


@pytest.mark.parametrize(("model", "options"), NETWORKS, ids=str)
def test_every_model_with_every_upsampler_is_the_same_function(model, options):
    for scale, shape in ((2, (1, 1, 8, 9)), (4, (2, 3, 5, 3))):
        if scale == 4 and not allowed(model, scale, options):
            continue  # a kernel that is smaller than the scale
        network, x = drawn(CATALOG.build("model", model, scale, shape[1], **options)), torch.rand(shape)
        fast = ready(network)
        found = fast(x)
        assert (found.dtype, found.requires_grad) == (torch.float32, False)
        same(found, plain(network, x))
        assert fast.fuses


@pytest.mark.parametrize(
    ("upsampler", "kind"),
    [("subpixel", "shuffled"), ("transposed_conv", "transposed"), ("resize_conv", "nearest")],
)
def test_a_level_is_as_many_kernels_as_it_has_convolutions(computed, upsampler, kind):
    """The embedding, two convolutions and the upsampler each with its LeakyReLU, and the residual."""
    network = CATALOG.build("model", "lapsrn", 2, 1, **SMALL["lapsrn"], upsampler=upsampler)
    ready(network)(torch.rand(1, 1, 6, 6))
    assert computed == [("plain", 0.2)] * 3 + [(kind, 0.2), ("plain", None)]


def test_the_model_stays_as_it_was_and_its_copy_goes_its_own_way():
    network = CATALOG.build("model", "lapsrn", 2, 1, **SMALL["lapsrn"]).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    x = torch.rand(1, 1, 6, 6)
    fast = ready(network, "bf16")
    high = fast(x)
    assert network.training
    assert all(parameter.requires_grad for parameter in network.parameters())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert network.embed.weight.is_contiguous()  # not channels_last
    drawn(network)
    assert torch.equal(fast(x), high)


def test_half_precision_spares_the_image():
    network = CATALOG.build("model", "lapsrn", 4, 1, **SMALL["lapsrn"])  # an untrained residual is zero
    x = torch.rand(1, 1, 9, 7)
    assert torch.equal(ready(network, "bf16")(x), ready(network)(x))


def test_the_first_convolution_reads_the_image_as_it_is():
    """From 0.5 to 1, bf16 has steps of a grey level."""
    network = drawn(nn.Sequential(nn.Conv2d(1, 32, 3), nn.LeakyReLU()))
    x = 0.5 + torch.rand(1, 1, 9, 9) / 2
    assert torch.equal(ready(network, "bf16")(x), plain(network, x).bfloat16().float())


def test_half_precision_computes_in_it(computed):
    network = drawn(nn.Sequential(nn.Conv2d(16, 16, 3), nn.Conv2d(16, 16, 3)))
    x = torch.rand(1, 16, 9, 9)
    found, wanted = ready(network, "bf16")(x), plain(network, x)
    assert not torch.allclose(found, wanted, atol=1e-5)
    torch.testing.assert_close(found, wanted, atol=2e-2, rtol=2e-2)
    assert len(computed) == 2


def test_half_precision_moves_no_score_by_a_hundredth(shared_data, catalog):
    loaded = load(str(shared_data / "weights" / "LapSRN_x4.mat"), catalog)
    images = catalog.build("dataset", "folder", path=str(shared_data / "test" / "Set5"))

    def scores(network):
        rows = measure(replace(loaded, module=network), images, EvaluationProtocol(), None, catalog)
        return torch.tensor([row.scores["psnr"] for row in rows])

    wanted = scores(loaded.module)
    assert (scores(ready(loaded.module)) - wanted).abs().max() < 1e-4
    difference = (scores(ready(loaded.module, "bf16")) - wanted).abs()
    assert difference.max() < 0.01
    assert difference.max() > 0  # it was bf16


class Written(nn.Module):
    """A network in one function of its two convolutions and the input."""

    def __init__(self, body, channels=16):
        super().__init__()
        self.a, self.b = nn.Conv2d(16, channels, 3, padding=1), nn.Conv2d(16, channels, 3, padding=1)
        self.body = body

    def forward(self, x):
        return self.body(self, x)


def both_used(net, x):
    y = net.a(x)
    return F.leaky_relu(y, 0.2) + y


def overwritten(net, x):
    y = net.a(x)
    F.leaky_relu(y, 0.2, inplace=True)
    return y * 2


def activated_twice(net, x):
    return F.relu(F.leaky_relu(net.a(x), 0.2) - 0.1)


def two_slopes(net, x):
    return F.leaky_relu(F.leaky_relu(net.a(x), 0.2), 0.5)


def asks_first(net, x):
    y = net.a(x)
    assert y.shape == x.shape
    assert isinstance(y, torch.Tensor)
    assert (y.dtype, y.device, y.requires_grad, y.size(1), y.dim()) == (torch.float32, CPU, False, 16, 4)
    return F.relu(y)


def in_a_list(net, x):
    return torch.cat([net.a(x), net.b(x)], 1)


def added_in_place(net, x):
    y = net.a(x)
    y += net.b(x)
    y.mul_(2)
    return y


def sliced(net, x):
    return net.a(x)[..., :3, :4] + net.b(x)[:, :, 1:4, :4]


def input_overwritten(net, x):
    x = x + 0
    y, _ = net.a(x), x.add_(1)
    return y + x


def keyword(net, x):
    return F.conv2d(input=x, weight=net.a.weight, bias=net.a.bias, padding="same")


@pytest.mark.parametrize(
    "body",
    [
        both_used,
        overwritten,
        activated_twice,
        two_slopes,
        asks_first,
        in_a_list,
        added_in_place,
        sliced,
        input_overwritten,
        keyword,
    ],
)
def test_whatever_is_done_with_a_result_that_waits(body):
    network, x = drawn(Written(body)), torch.randn(2, 16, 6, 5)
    fast = ready(network)
    same(fast(x), plain(network, x))
    assert fast.fuses


def test_a_result_that_comes_too_late_is_not_made_up():
    """The input of the first convolution has been overwritten when its result without LeakyReLU is needed."""

    def body(net, x):
        x = x + 0
        y = net.a(x)
        z = F.leaky_relu(y, 0.2)
        x.mul_(0)
        return y + z

    network, x = drawn(Written(body)), torch.randn(1, 16, 6, 5)
    fast = ready(network)
    same(fast(x), plain(network, x))
    assert not fast.fuses


def test_what_a_network_keeps_may_be_used_later():
    def body(net, x):
        net.kept = net.a(x)
        return net.b(x)

    network, x = drawn(Written(body)), torch.randn(1, 16, 6, 5)
    fast = ready(network)
    fast(x)
    same(fast.model.kept + 1, plain(network.a, x) + 1)


@pytest.mark.parametrize(
    "layers",
    [
        (nn.Conv2d(16, 16, 3, stride=2), nn.LeakyReLU()),
        (nn.Conv2d(16, 16, 3, dilation=2), nn.ReLU()),
        (nn.Conv2d(16, 16, 3, groups=4), nn.ReLU()),
        (nn.Conv2d(16, 16, 3, padding="same"), nn.ReLU()),
        (nn.Conv2d(16, 16, 3, padding=1, padding_mode="reflect"), nn.PReLU()),
        (parametrizations.weight_norm(nn.Conv2d(16, 16, 3)), nn.ReLU()),
        (nn.Conv2d(16, 16, (3, 5), padding=(0, 4)), nn.ReLU()),
        (nn.ConvTranspose2d(16, 16, (3, 4), 2, padding=(0, 1), output_padding=(1, 0)), nn.ReLU()),
        (nn.ConvTranspose2d(16, 32, 5, 3, groups=2), nn.ReLU()),
        (nn.ConvTranspose2d(16, 32, 1, 2), nn.ReLU()),
        (nn.ConvTranspose2d(16, 32, 4, (2, 1)), nn.ReLU()),
        (nn.Upsample(scale_factor=2), nn.Conv2d(16, 16, 3, padding=1), nn.Sigmoid()),
        (nn.Upsample(scale_factor=2), nn.Conv2d(16, 16, 3), nn.ReLU()),
        (nn.Upsample(scale_factor=2), nn.Conv2d(16, 16, 4, padding=2), nn.ReLU()),
        (nn.Upsample(scale_factor=2), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1)),
        (nn.Upsample(scale_factor=1.5), nn.Conv2d(16, 16, 3, padding=1)),
        (nn.Upsample(size=(7, 9)), nn.Conv2d(16, 16, 3, padding=1)),
        (nn.Upsample(scale_factor=(2, 3)), nn.Conv2d(16, 16, 3, padding=1)),
        (nn.Conv2d(16, 64, 3), nn.LeakyReLU(0.1), nn.PixelShuffle(2)),
        (nn.Conv2d(16, 12, 3), nn.PixelShuffle(2), nn.Tanh()),
        (nn.Conv2d(16, 144, 1), nn.PixelShuffle(3), nn.PixelShuffle(4)),
        (nn.Conv2d(16, 256, 1), nn.PixelShuffle(2), nn.PixelShuffle(2)),
        (nn.Conv2d(16, 16, 3), nn.BatchNorm2d(16), nn.ReLU(inplace=True), nn.Conv2d(16, 3, 3)),
    ],
    ids=str,
)
def test_layers_that_fit_and_layers_that_do_not(layers):
    network, x = drawn(nn.Sequential(*layers)), torch.randn(2, 16, 9, 10)
    same(ready(network)(x), plain(network, x))


def test_weights_that_are_made_for_every_image():
    network = drawn(Written(lambda net, x: F.relu(F.conv2d(x, net.a.weight * x.mean(), net.a.bias))))
    fast = ready(network)
    for x in torch.rand(6, 1, 16, 5, 5):  # a kept kernel would be found again by the address of a new one
        same(fast(x), plain(network, x))


def test_other_number_formats_stay():
    network, x = drawn(nn.Sequential(nn.Conv2d(16, 16, 3))).double(), torch.randn(1, 16, 9, 9).double()
    same(ready(network)(x), plain(network, x).float())


def test_an_impossible_size_is_refused_as_ever():
    network = nn.Sequential(nn.Conv2d(16, 16, 5))
    with pytest.raises(RuntimeError, match="Kernel size can't be greater than actual input size"):
        ready(network)(torch.rand(1, 16, 3, 3))


def test_inside_inference_mode():
    network, x = drawn(Written(both_used)), torch.randn(1, 16, 6, 5)
    with torch.inference_mode():
        found = ready(network)(x * 1)
    same(found, plain(network, x))


def test_without_the_private_calls_of_torch_a_network_is_computed_as_it_is_written(computed, monkeypatch):
    monkeypatch.setattr(deferred, "PRIVATE", ("no_such_call",))
    network = drawn(CATALOG.build("model", "lapsrn", 2, 1, **SMALL["lapsrn"]))
    x = torch.rand(1, 1, 6, 6)
    same(ready(network)(x), plain(network, x))
    assert computed == []
