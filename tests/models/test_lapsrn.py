import pytest
import torch
from torch.nn import functional as F

from srkit.models.lapsrn import LapSRN
from srkit.network.needs import Needs
from srkit.upsamplers.bicubic import Bicubic
from srkit.upsamplers.subpixel import Subpixel
from srkit.upsamplers.transposed_conv import TransposedConv

TINY = {"upsampler": Subpixel, "image_upsampler": Bicubic, "depth": 2, "features": 8}


def released(scale, depth):
    return LapSRN(
        scale,
        1,
        upsampler=TransposedConv,
        image_upsampler=lambda c, out, s: TransposedConv(c, out, s, kernel=4, init="bilinear", bias=False),
        depth=depth,
    )


@pytest.mark.parametrize(("scale", "depth", "count"), [(2, 10, 407_441), (4, 10, 814_242), (8, 5, 667_123)])
def test_the_released_networks_have_the_papers_parameters(scale, depth, count):
    assert sum(parameter.numel() for parameter in released(scale, depth).parameters()) == count


@pytest.mark.parametrize("activation", ["post", "pre"])
@pytest.mark.parametrize("residual", ["none", "local"])
def test_untrained_it_gives_what_its_image_branch_gives(activation, residual):
    x, twice = torch.rand(1, 1, 9, 7), Bicubic(1, 1, 2)
    model = LapSRN(4, 1, activation=activation, residual=residual, **TINY)
    assert torch.equal(model(x), twice(twice(x)))
    noisy = LapSRN(4, 1, residual_init="he", **TINY)
    assert not torch.allclose(noisy(x), twice(twice(x)), atol=1e-2)


def test_levels_go_from_coarse_to_fine_and_end_in_the_image():
    model, x = LapSRN(8, 3, **TINY), torch.rand(2, 3, 5, 4)
    levels = model.pyramid(x)
    assert [tuple(level.shape) for level in levels] == [(2, 3, 10, 8), (2, 3, 20, 16), (2, 3, 40, 32)]
    assert torch.equal(levels[-1], model(x))


def test_the_first_level_may_be_deeper():
    model = LapSRN(4, 1, first_depth=5, **TINY)
    assert [len(level.convs) for level in model.levels] == [5, 2]


def by_hand(model, x, slope, pre, local):
    """One level written out with functions."""
    act = lambda v: F.leaky_relu(v, slope)  # noqa: E731
    level = model.levels[0]
    first = model.embed(x) if pre else act(model.embed(x))
    v = first
    for conv in level.convs:
        v = conv(act(v)) if pre else act(conv(v))
    v = v + first if local else v
    v = act(level.upsampler(act(v))) if pre else act(level.upsampler(v))
    return model.images[0](x) + level.residual(v)


@pytest.mark.parametrize("activation", ["post", "pre"])
@pytest.mark.parametrize("residual", ["none", "local"])
def test_a_level_is_what_the_paper_draws(activation, residual):
    options = {"residual_init": "he", "negative_slope": 0.1, "activation": activation, "residual": residual}
    model, x = LapSRN(2, 1, **options, **TINY), torch.rand(1, 1, 6, 6)
    torch.testing.assert_close(model(x), by_hand(model, x, 0.1, activation == "pre", residual == "local"))


def test_every_parameter_learns():
    model = LapSRN(4, 1, residual_init="he", **TINY)
    sum(level.square().mean() for level in model.pyramid(torch.rand(1, 1, 8, 8))).backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in model.parameters())


@pytest.mark.parametrize(
    ("scale", "way_out"),
    [(-3, "2 or 4"), (0, "2 or 4"), (1, "2 or 4"), (3, "2 or 4"), (6, "4 or 8"), (12, "8 or 16")],
)
def test_scales_that_are_no_power_of_two_are_refused(scale, way_out):
    with pytest.raises(ValueError, match=f"scale must be a power of two, such as {way_out}, got {scale}"):
        LapSRN(scale, 1, **TINY)


def test_sizes_below_one_are_refused():
    with pytest.raises(ValueError, match=r"negative_slope: wants float of at least 0, got -0\.1"):
        LapSRN(2, 1, **(TINY | {"negative_slope": -0.1}))
    with pytest.raises(ValueError, match="depth: wants int from 1 to 1000, got 0"):
        LapSRN(2, 1, **(TINY | {"depth": 0}))


def test_half_precision_stays_close():
    model, x = LapSRN(2, 1, residual_init="he", **TINY), torch.rand(1, 1, 16, 16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(model(x).float(), model(x.float()).float(), atol=0.1, rtol=0.1)


def test_half_precision_spares_the_image():
    """In bf16 an image has steps of a grey level; an untrained network gives exactly its image branch."""
    options = TINY | {
        "image_upsampler": lambda c, out, s: TransposedConv(c, out, s, kernel=4, init="bilinear", bias=False)
    }
    model, x = LapSRN(4, 1, **options), torch.rand(1, 1, 9, 9)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = model(x)
    assert half.dtype == torch.float32
    assert torch.equal(half, model.images[1](model.images[0](x)))


@pytest.mark.parametrize("upsampler", [Subpixel, TransposedConv])
@pytest.mark.parametrize(("scale", "depth"), [(2, 1), (4, 3), (8, 2)])
def test_pixels_beyond_the_halo_change_nothing(upsampler, scale, depth):
    model = LapSRN(scale, 1, **(TINY | {"upsampler": upsampler, "depth": depth, "features": 2})).double()
    for parameter in model.parameters():
        torch.nn.init.uniform_(parameter, 0.1, 1)  # no sums may cancel
    halo, side = model.needs.halo, 2 * model.needs.halo + 5
    x = torch.ones(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    middle = slice(side // 2 * scale, (side // 2 + 1) * scale)
    model(x)[..., middle, middle].sum().backward()
    rows = x.grad.sum((0, 1, 3)).nonzero()
    assert halo - 1 <= int((rows - side // 2).abs().max()) <= halo


def test_a_tile_with_its_halo_gives_what_the_whole_image_gives():
    model, x = LapSRN(4, 1, residual_init="he", **TINY), torch.rand(1, 1, 40, 30)
    halo = model.needs.halo
    tile = model(x[..., 16 - halo : 20 + halo, 12 - halo : 16 + halo])
    inside = slice(4 * halo, 4 * (halo + 4))
    torch.testing.assert_close(tile[..., inside, inside], model(x)[..., 64:80, 48:64])


def test_a_part_that_does_not_say_its_halo_leaves_it_unknown():
    silent = {"upsampler": lambda _c, _out, s: torch.nn.Upsample(scale_factor=s)}
    assert LapSRN(2, 1, **(TINY | silent)).needs == Needs()


def test_the_memory_layout_changes_nothing():
    model, x = LapSRN(4, 1, residual_init="he", **TINY), torch.rand(2, 1, 8, 6)
    wanted = model(x)
    last = torch.channels_last
    torch.testing.assert_close(model.to(memory_format=last)(x.to(memory_format=last)), wanted)


def test_an_upsampler_that_needs_its_own_output_again_can_learn():
    """The gradient of a sigmoid reads its output, which must not have been overwritten."""

    class Ends(Subpixel):
        def forward(self, features):
            return super().forward(features).sigmoid()

    model = LapSRN(2, 1, residual_init="he", **(TINY | {"upsampler": Ends}))
    model(torch.rand(1, 1, 6, 6)).sum().backward()
    assert model.embed.weight.grad.isfinite().all()
