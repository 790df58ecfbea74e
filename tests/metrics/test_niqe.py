import pytest
import torch

from srkit.datasets.samples import samples
from srkit.image.convert import to_tensor
from srkit.metrics.niqe import NIQE, features

# BasicSR 1.4.2's translation of the authors' code, run on the same gray images; it computes in float32
BASICSR = [4.235291, 4.120093, 2.923823, 5.672480, 3.325827]


def photographs():
    images = samples(split="test")
    return [to_tensor(images.high(number)).expand(-1, 3, -1, -1)[..., :300, :400] for number in range(len(images))]


def test_it_agrees_with_the_code_of_published_tables():
    batch = torch.cat(photographs())
    values = NIQE(4, border=0)(batch, batch)
    torch.testing.assert_close(values, torch.tensor(BASICSR, dtype=torch.float64), rtol=0, atol=2e-3)


def test_it_looks_at_the_result_alone_and_likes_no_noise():
    image = photographs()[1][..., :220, :220]
    noisy = (image + 0.1 * torch.randn(image.shape, generator=torch.Generator().manual_seed(0))).clamp(0, 1)
    metric = NIQE(2)
    assert metric(image, noisy) == metric(image, image) < metric(noisy, image)
    assert metric.protocol["border"] == 2


def test_gray_is_rgb_of_equal_channels():
    image = photographs()[2][:, :1, :200, :200]
    assert NIQE(2)(image, image) == NIQE(2)(image.expand(-1, 3, -1, -1), image.expand(-1, 3, -1, -1))


def test_there_is_a_row_of_features_for_every_block():
    assert features(torch.rand(1, 1, 192, 288).double() * 255).shape == (6, 36)


def test_small_images_are_refused():
    image = torch.rand(1, 3, 100, 199)
    with pytest.raises(
        ValueError, match=r"^niqe wants two blocks of 96 x 96 pixels inside the border, got images of "
    ):
        NIQE(4)(image, image)
