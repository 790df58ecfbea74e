import pytest
import torch

from srkit.models.swinir_light import SwinIRLight, mirrored
from srkit.network.needs import Needs
from srkit.upsamplers.subpixel import Subpixel

TINY = {"upsampler": Subpixel, "groups": 1, "layers": 2, "features": 4, "heads": 2, "window": 4}


@pytest.mark.parametrize(("scale", "count", "published"), [(2, 910_152, 878), (3, 918_267, 886), (4, 929_628, 897)])
def test_it_has_the_papers_parameters(scale, count, published):
    """The paper leaves out the biases of relative positions."""
    model = SwinIRLight(scale, 3, upsampler=Subpixel)
    assert sum(parameter.numel() for parameter in model.parameters()) == count
    biases = sum(layer.attention.bias.numel() for group in model.groups for layer in group.layers)
    assert round((count - biases) / 1000) == published


def test_tiles_begin_where_a_window_begins():
    assert SwinIRLight(2, 3, upsampler=Subpixel).needs == Needs(halo=103, multiple=8)


def seen(layer, place, size):
    """The places whose pixels a pixel depends on: a set of (row, column)."""
    x = torch.rand(1, size, size, 4, requires_grad=True)
    (gradient,) = torch.autograd.grad(layer(x)[0, place[0], place[1]].square().sum(), x)
    return set(map(tuple, gradient.abs().sum(-1)[0].nonzero().tolist()))


def square(first, last):
    return {(row, column) for row in range(first, last) for column in range(first, last)}


def test_a_pixel_sees_its_window_and_no_more():
    torch.manual_seed(0)
    plain, shifted = SwinIRLight(2, 3, **TINY).eval().groups[0].layers
    assert seen(plain, (5, 6), 12) == square(4, 8)
    assert seen(shifted, (5, 6), 12) == {(row, column) for row in range(2, 6) for column in range(6, 10)}
    assert seen(shifted, (0, 1), 12) == square(0, 2)  # the half windows at both ends do not see each other
    assert seen(shifted, (11, 11), 12) == square(10, 12)


def test_attention_is_the_formula():
    torch.manual_seed(0)
    attention, x = SwinIRLight(2, 3, **TINY).groups[0].layers[0].attention, torch.rand(1, 4, 4, 4)
    pixels = x.reshape(16, 4)
    query, key, value = attention.mix(pixels).reshape(16, 3, 2, 2).permute(1, 2, 0, 3)
    scores = query @ key.transpose(1, 2) / 2**0.5
    for a in range(16):
        for b in range(16):
            down, across = a // 4 - b // 4, a % 4 - b % 4
            scores[:, a, b] += attention.bias[(down + 3) * 7 + across + 3]
    mixed = (scores.softmax(-1) @ value).transpose(0, 1).reshape(16, 4)
    torch.testing.assert_close(attention(x).reshape(16, 4), attention.join(mixed))


def test_images_are_mirrored_until_windows_fit():
    image = torch.arange(5.0).view(1, 1, 1, 5).repeat(1, 1, 8, 1)
    assert mirrored(image, 8)[0, 0, 0].tolist() == [0, 1, 2, 3, 4, 3, 2, 1]
    assert mirrored(image[..., :2], 8)[0, 0, 0].tolist() == [0, 1, 0, 0, 0, 0, 0, 0]


def test_in_training_layers_are_left_out_at_random_and_else_never():
    torch.manual_seed(0)
    model, x = SwinIRLight(2, 3, **TINY, dropped=0.9), torch.rand(1, 3, 4, 4)
    first, last = model.groups[0].layers
    assert (first.dropped, last.dropped) == pytest.approx((0, 0.9))
    assert torch.equal(model.eval()(x), model(x))
    features = torch.rand(40, 4, 4, 4)
    kept = (last.train()(features) != features).flatten(1).any(1).sum()
    assert 0 < kept < 20  # each of the two sums is kept in a tenth of the images


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"features": 7, "heads": 2}, r"features must be a multiple of heads \(2\), got 7"),
        ({"window": 5}, "window must be even, since windows shift by half of it, got 5"),
    ],
)
def test_what_does_not_fit_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        SwinIRLight(2, 3, **TINY | options)
