import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from srkit.engine import precision
from srkit.errors import SrkitError
from srkit.image.convert import to_tensor
from srkit.image.resize import resize
from srkit.network.color import Color
from srkit.network.enlarger import NetworkEnlarger
from srkit.network.needs import Needs
from srkit.network.network import Network
from srkit.network.tiled import Tiled
from srkit.photographs.upscaler import Upscaler

CPU = torch.device("cpu")
NOISE = np.random.default_rng(0).integers(0, 256, (75, 53, 4), dtype=np.uint8)
SMALL = {
    "lapsrn": {"depth": 2, "features": 8},
    "ms_lapsrn": {"depth": 1, "recursions": 2, "features": 8},
    "bicubic": {},
}
MODELS = [
    *((model, {"upsampler": up}) for model in ("lapsrn", "ms_lapsrn") for up in ("subpixel", "transposed_conv")),
    ("lapsrn", {"upsampler": {"use": "resize_conv", "mode": "bicubic"}, "image_upsampler": "transposed_conv"}),
    ("lapsrn", {"upsampler": "bicubic"}),
    ("lapsrn", {"upsampler": {"use": "subpixel", "blur": True}}),
    ("bicubic", {}),
]


def loaded(catalog, use="lapsrn", scale=2, color="y", **options):
    torch.manual_seed(0)
    model = catalog.build("model", use, scale, Color(color).channels, **SMALL[use] | options)
    for parameter in model.parameters():  # those of a new model ignore most of its input
        nn.init.normal_(parameter, std=(parameter[0].numel() if parameter.ndim > 1 else 100) ** -0.5)
    return Network.of(model.eval(), scale, color, name="tiny")


def upscaler(network, **options):
    return Upscaler(network, **{"device": "cpu", "precision": "fp32"} | options)


@pytest.mark.parametrize(("use", "options"), MODELS, ids=str)
@pytest.mark.parametrize(("scale", "wanted"), [(2, 2), (4, 4), (4, 2.7), (2, 1.3)])
def test_a_tiled_picture_is_the_whole_one(catalog, use, options, scale, wanted):
    network = loaded(catalog, use, scale, **options)
    image = NOISE[..., :3].astype(np.float32) / 255
    low = torch.from_numpy(image).permute(2, 0, 1)[None]
    size = int(75 * wanted + 0.5), int(53 * wanted + 0.5)
    whole = NetworkEnlarger(network, device=CPU)(low)
    whole = whole if wanted == scale else resize(whole, size=size).clamp(0, 1)
    for tile in (None, 1000, 37, 16):
        found = upscaler(network, tile=tile)(image, wanted)
        assert found.shape == (*size, 3)
        np.testing.assert_allclose(found, whole[0].permute(1, 2, 0).numpy(), atol=1e-5)


@pytest.mark.parametrize("color", ["y", "rgb"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (33, 2), (40, 31)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_every_shape_and_colour(catalog, color, shape, channels):
    network = loaded(catalog, scale=4, color=color)
    image = NOISE[: shape[0], : shape[1], :channels]
    found = upscaler(network, tile=16)(image)
    assert found.shape == (4 * shape[0], 4 * shape[1], channels)
    assert np.abs(found.astype(int) - upscaler(network)(image)).max() <= 1
    colors = {1: 1, 2: 1, 3: 3, 4: 3}[channels]
    if channels in (1, 3):
        wanted = NetworkEnlarger(network, device=CPU)(to_tensor(image[..., :colors]))
        assert np.abs(found[..., :colors] - 255 * wanted[0].permute(1, 2, 0).numpy()).max() <= 0.51


def test_kinds_of_arrays_come_back_as_they_were(catalog):
    network = upscaler(loaded(catalog))
    gray = NOISE[..., 0]
    assert network(gray).shape == (150, 106)
    assert network(gray[..., None]).shape == (150, 106, 1)
    for image in (gray.astype(np.uint16) * 257, (gray / 255), (gray / 255).astype(np.float32)):
        found = network(image)
        assert found.dtype == image.dtype
        top = 65535 if found.dtype == np.uint16 else 1
        np.testing.assert_allclose(found / top, network(gray) / 255, atol=0.51 / 255)


def test_16_bits_do_not_go_through_8(catalog):
    ramp = np.linspace(20_000, 20_500, 64).astype(np.uint16)[None, :, None].repeat(20, 0)
    found = upscaler(loaded(catalog, "bicubic"))(ramp)
    assert len(np.unique(found)) > 100
    assert 19_900 < found.min() <= found.max() < 20_600


@pytest.mark.parametrize(
    ("image", "error", "message"),
    [
        ("photo.jpg", TypeError, "image wants an array .H,W. or .H,W,C., got str"),
        (np.zeros((2, 3, 4, 5)), TypeError, r"got shape \(2, 3, 4, 5\)"),
        (
            np.zeros((3, 20, 20), np.uint8),
            ValueError,
            r"image wants 1 to 4 channels last .*, got shape \(3, 20, 20\)",
        ),
        (np.zeros((0, 20, 3), np.uint8), ValueError, "at least one pixel"),
        (np.full((4, 4), 255.0), ValueError, r"image wants floats in \[0,1\], found 255 to 255; divide"),
        (np.full((4, 4), np.nan), ValueError, "found nan to nan"),
        (np.zeros((4, 4), np.int32), TypeError, "image wants uint8, uint16 or floats, got int32"),
    ],
)
def test_what_is_no_picture_is_refused(catalog, image, error, message):
    with pytest.raises(error, match=message):
        upscaler(loaded(catalog))(image)


@pytest.mark.parametrize(("size", "wanted"), [((24, 200), 1.98), ((64, 1), 1.7), ((1, 64), 1.7)])
def test_rounding_may_leave_one_side_at_full_scale(catalog, size, wanted):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    network = loaded(catalog)
    found = upscaler(network, tile=16)(image, wanted)
    assert found.shape == (*(round(wanted * side) for side in size), 3)
    whole = NetworkEnlarger(network, device=CPU)(to_tensor(image))
    exact = resize(whole, size=found.shape[:2]).clamp(0, 1)
    assert np.abs(found - 255 * exact[0].permute(1, 2, 0).numpy()).max() < 1


@pytest.mark.parametrize("scale", [1, 0, -2, 2.01, float("nan"), float("inf")])
def test_scales_out_of_range_are_refused(catalog, scale):
    with pytest.raises(ValueError, match="scale wants more than 1 and at most the network's 2, got"):
        upscaler(loaded(catalog))(NOISE, scale)


class Spy(nn.Module):
    """Nearest neighbour, with things that happen on the way."""

    def __init__(self, halo=0, multiple=1, happens=lambda low: None, **needs):
        super().__init__()
        self.needs, self.happens, self.seen = Needs(halo, multiple, **needs), happens, []

    def __deepcopy__(self, memo):
        return self

    def forward(self, low):
        self.seen.append(tuple(low.shape[-2:]))
        made = self.happens(low)
        return F.interpolate(low, scale_factor=2.0, mode="nearest") if made is None else made


def spying(spy, **options):
    return upscaler(Network.of(spy, 2, "rgb", name="spy"), **options)


def too_much(limit, error):
    def happens(low):
        if low.shape[-1] * low.shape[-2] > limit:
            raise error

    return happens


CPU_IS_FULL = RuntimeError(
    "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to "
    "allocate 99 bytes. Error code 12 (Cannot allocate memory)"
)


@pytest.mark.parametrize("error", [CPU_IS_FULL, torch.OutOfMemoryError("CUDA out of memory"), MemoryError()])
def test_where_memory_ends_tiles_are_halved(error, monkeypatch):
    monkeypatch.setattr(Tiled, "footprint", 1)
    spy = Spy(happens=too_much(2500, error))
    image = np.random.default_rng(0).integers(0, 256, (200, 150, 3), dtype=np.uint8)
    shares = []
    network, result = spying(spy), np.zeros((400, 300, 3), np.uint8)
    for share in network.steps(image, result):
        shares.append(share)
    assert np.array_equal(result, image.repeat(2, 0).repeat(2, 1))
    assert shares == sorted(shares)
    assert shares[-1] == 1
    failed = [size for size in spy.seen if size[0] * size[1] > 2500]
    assert len(failed) < 8  # it does not try a size that has failed before
    assert len(shares) + len(failed) == len(spy.seen)


def test_where_no_tile_is_small_enough_it_says_so():
    with pytest.raises(SrkitError, match=r"^spy: wants memory for tiles of \d+ x \d+ pixels, found too little$"):
        spying(Spy(happens=too_much(0, MemoryError())))(NOISE)
    with pytest.raises(
        SrkitError, match=r"^spy: wants 53 x 75 pixels at once, .* whose upsampler declares its halo"
    ):
        spying(Spy(halo=None, happens=too_much(300, MemoryError())))(NOISE)


def test_another_error_in_a_tile_is_not_hidden():
    def fails_later(low):
        if len(spy.seen) == 3:
            raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    spy = Spy(happens=fails_later)
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        spying(spy, tile=20)(NOISE)


def test_windows_are_aligned_where_a_network_wants_it():
    def pools(low):
        return F.interpolate(F.avg_pool2d(low, 4, ceil_mode=True), size=(2 * low.shape[-2], 2 * low.shape[-1]))

    spy = Spy(halo=3, multiple=4, happens=pools)
    image = NOISE[:72, :52, :3]
    assert np.array_equal(spying(spy, tile=20)(image), spying(spy)(image))
    spy = Spy(halo=3, happens=pools)
    assert not np.array_equal(spying(spy, tile=21)(image), spying(spy)(image))


def in_half_precision(low, wrong):
    """NaN where autocast is on, in windows that hold a bright pixel."""
    if torch.is_autocast_enabled("cpu") and bool((low > 0.99).any()):
        return F.interpolate(low, scale_factor=2.0) * wrong
    return None


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_half_precision_that_gives_no_numbers_is_computed_again(wrong, monkeypatch):
    monkeypatch.setattr(precision, "fast_bf16", lambda _: True)
    said = []
    spy = Spy(happens=lambda low: in_half_precision(low, wrong))
    image = np.full((64, 48, 3), 100, np.uint8)
    image[0, 0] = image[60, 40] = 255
    network = spying(spy, precision="bf16", tile=16, say=said.append)
    assert np.array_equal(network(image), image.repeat(2, 0).repeat(2, 1))
    assert said == ["spy: bf16 gives values that are not numbers; fp32 is used in such places"]
    assert len(spy.seen) == 12 + 2
    with pytest.warns(RuntimeWarning, match="bf16 gives values that are not numbers"):
        spying(spy, precision="bf16")(image)


def test_numbers_that_are_none_in_fp32_fail():
    spy = Spy(
        happens=lambda low: F.interpolate(low, scale_factor=2.0) * float("nan") if len(spy.seen) > 3 else None
    )
    for number_format in ("fp32", "bf16"):
        with pytest.raises(SrkitError, match=r"^spy: gives values that are not numbers"):
            spying(spy, precision=number_format, tile=16, say=lambda _: None)(NOISE)


@pytest.mark.parametrize("smooth", [False, True])
def test_opaque_stays_opaque_and_hidden_colours_do_not_shine_through(catalog, smooth):
    network = upscaler(loaded(catalog, scale=4))
    image = np.full((60, 60, 4), 180, np.uint8)
    image[..., 3] = 255
    image[20:40, 20:40] = 0  # a hole, black as painting programs leave it
    image[20, 20] = (180, 180, 180, 128 * smooth)
    found, whole = network(image), network(np.full((60, 60, 3), 180, np.uint8))
    clear = found[..., 3]
    assert (clear[:76] == 255).all()
    assert (clear[88:156, 88:156] == 0).all()
    visible = (clear > 0)[..., None]
    assert np.abs(found[..., :3].astype(int) - whole.astype(int))[np.broadcast_to(visible, whole.shape)].max() <= 1
    assert np.abs(found.astype(int) - upscaler(loaded(catalog, scale=4), tile=16)(image)).max() <= 1


def test_smooth_alpha_goes_through_the_network_and_stairs_do_not(catalog):
    network = upscaler(loaded(catalog))
    circle = np.hypot(*np.mgrid[-20:20, -20:20]) - 15
    for alpha, same in ((np.where(circle < 0, 255, 0), True), (np.clip(255 - 50 * circle, 0, 255), False)):
        alpha = alpha.astype(np.uint8)
        image = np.dstack([NOISE[:40, :40, :3], alpha])
        bicubic = upscaler(loaded(catalog, "bicubic"))(alpha)
        assert np.array_equal(network(image)[..., 3], bicubic) == same


def test_colours_without_a_hole_are_those_without_alpha(catalog):
    network = upscaler(loaded(catalog))
    image = NOISE.copy()
    image[..., 3] = np.maximum(image[..., 3], 1)
    assert np.array_equal(network(image)[..., :3], network(image[..., :3].copy()))


def test_a_processor_that_is_slow_in_bf16_computes_in_fp32(catalog, monkeypatch):
    monkeypatch.setattr(precision, "fast_bf16", lambda _: False)
    said = []
    slow = upscaler(loaded(catalog), precision="bf16", say=said.append)
    assert said == ["cpu: computes slower in bf16 than in fp32, or cannot; fp32 is used"]
    assert slow.precision == "fp32"
    assert np.array_equal(slow(NOISE), upscaler(loaded(catalog))(NOISE))
    assert upscaler(loaded(catalog), precision="auto", say=said.append).precision == "fp32"
    assert len(said) == 1


def test_nothing_is_said_without_need(catalog, monkeypatch):
    monkeypatch.setattr(precision, "fast_bf16", lambda _: True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Upscaler(loaded(catalog), device="cpu", precision="bf16")(NOISE)


@pytest.mark.parametrize("tile", [0, -5])
def test_a_tile_without_pixels_is_refused(tile):
    with pytest.raises(ValueError, match=f"tile must be positive, got {tile}"):
        Upscaler(Network.of(nn.Identity(), 2, "y"), tile=tile)
