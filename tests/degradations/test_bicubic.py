import numpy as np
import pytest
import torch

from srkit.degradations.bicubic import Bicubic
from srkit.image.convert import to_tensor, to_uint8
from srkit.image.crop import modcrop
from srkit.image.files import read
from srkit.image.resize import imresize, resize


@pytest.mark.parametrize("edge", ["clamp", "symmetric"])
@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_is_imresize_on_8_bit_images(scale, edge, picture, draws):
    high = picture(2, 3, 24 * scale, 20 * scale)
    low = Bicubic(scale, edge=edge)(high, draws(len(high)))
    for one, wanted in zip(low, high, strict=True):
        np.testing.assert_array_equal(to_uint8(one), imresize(to_uint8(wanted), 1 / scale, edge=edge))


def test_not_quantised_is_resize(picture, draws):
    high = picture()
    assert torch.equal(Bicubic(2, quantise=False)(high, draws(len(high))), resize(high, 0.5))


@pytest.mark.parametrize("scale", [2, 3])
def test_an_image_is_the_same_alone_and_in_any_batch(scale, draws):
    """At such small sizes, one matrix product for the whole batch would have other last bits."""
    high = torch.rand(16, 3, 7 * scale, 5 * scale)
    part = Bicubic(scale, quantise=False)
    low = part(high, draws(16))
    for together in (1, 2, 5):
        for start in range(0, 16, together):
            rows = slice(start, start + together)
            assert torch.equal(part(high[rows], draws(16)[rows]), low[rows])


@pytest.mark.parametrize(("edge", "scale"), [("clamp", 2), ("clamp", 3), ("clamp", 4), ("symmetric", 8)])
def test_real_matlab_files(shared_data, edge, scale, draws):
    folder = shared_data / "matlab_lr" / f"edge_{edge}" / "Set5" / f"x{scale}"
    stored = sorted(folder.glob("*.png"))
    images = sorted((shared_data / "test" / "Set5").glob("*.png"))
    assert len(stored) == len(images) == 5
    for path, image in zip(stored, images, strict=True):
        high = to_tensor(modcrop(read(image), scale))
        np.testing.assert_array_equal(to_uint8(Bicubic(scale, edge=edge)(high, draws(len(high)))), read(path))
