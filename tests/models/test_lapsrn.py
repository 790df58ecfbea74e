import pytest
import torch
from torch.nn import functional as F

from srkit.models.lapsrn import LapSRN
from srkit.upsamplers.bicubic import Bicubic
from srkit.upsamplers.subpixel import Subpixel
from srkit.upsamplers.transposed_conv import TransposedConv

TINY = {"upsampler": Subpixel, "image_upsampler": Bicubic, "depth": 2, "features": 8}


def released(scale, depth):
    return LapSRN(
        scale,
        1,
        upsampler=TransposedConv,
        image_upsampler=lambda c, s: TransposedConv(c, s, kernel=4, init="bilinear", bias=False),
        depth=depth,
    )


@pytest.mark.parametrize(("scale", "depth", "count"), [(2, 10, 407_441), (4, 10, 814_242), (8, 5, 667_123)])
def test_the_released_networks_have_the_papers_parameters(scale, depth, count):
    assert sum(parameter.numel() for parameter in released(scale, depth).parameters()) == count


@pytest.mark.parametrize("activation", ["post", "pre"])
@pytest.mark.parametrize("residual", ["none", "local"])
def test_untrained_it_gives_what_its_image_branch_gives(activation, residual):
    x, twice = torch.rand(1, 1, 9, 7), Bicubic(1, 2)
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


@pytest.mark.parametrize(("scale", "way_out"), [(3, "2 or 4"), (6, "4 or 8"), (1, "2 or 2")])
def test_scales_that_are_no_power_of_two_are_refused(scale, way_out):
    if scale == 1:
        with pytest.raises(ValueError, match="got 1"):
            LapSRN(1, 1, **TINY)
    else:
        with pytest.raises(ValueError, match=f"scale must be {way_out}, got {scale}"):
            LapSRN(scale, 1, **TINY)
    with pytest.raises(ValueError, match="must be positive, got 0, None and 8"):
        LapSRN(2, 1, **(TINY | {"depth": 0}))


def test_half_precision_stays_close():
    model, x = LapSRN(2, 1, residual_init="he", **TINY), torch.rand(1, 1, 16, 16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(model(x).float(), model(x.float()).float(), atol=0.1, rtol=0.1)
