import pytest
import torch

from srkit.degradations.noise import Noise


def test_sigma_is_in_grey_levels_and_drawn_per_image(seeded):
    image = torch.full((6, 1, 200, 200), 0.5)
    noisy, drawn = Noise(2, sigma_range=[2.0, 30.0], quantise=False).trace(image, seeded())
    measured = (noisy - image).flatten(1).std(1) * 255
    torch.testing.assert_close(measured.double(), drawn["sigma"], rtol=0.02, atol=0)
    assert len(set(drawn["sigma"].tolist())) == 6
    assert drawn["sigma"].min() >= 2
    assert drawn["sigma"].max() <= 30


def test_gray(seeded):
    image = torch.full((1, 3, 8, 8), 0.5)
    gray, color = (Noise(2, sigma_range=[9.0, 9.0], gray=gray)(image, seeded()) for gray in (True, False))
    assert torch.equal(gray[:, 0], gray[:, 1])
    assert not torch.equal(color[:, 0], color[:, 1])


def test_no_noise_at_sigma_zero(picture, seeded):
    assert torch.equal(Noise(2, sigma_range=[0.0, 0.0])(picture(), seeded()), picture())


def test_quantise_rounds_and_clips(seeded):
    noisy = Noise(2, sigma_range=[50.0, 50.0])(torch.rand(2, 3, 16, 16), seeded())
    assert torch.equal((noisy * 255).round() / 255, noisy)
    assert noisy.min() >= 0
    assert noisy.max() <= 1


def test_the_seed_alone_decides(picture, seeded):
    noise = Noise(2)
    assert torch.equal(noise(picture(), seeded()), noise(picture(), seeded()))
    assert not torch.equal(noise(picture(), seeded()), noise(picture(), seeded(1)))


def test_refuses_negative_sigma():
    with pytest.raises(ValueError, match=r"sigma_range must not go below 0, got \[-1.0, 2.0\]"):
        Noise(2, sigma_range=[-1.0, 2.0])
