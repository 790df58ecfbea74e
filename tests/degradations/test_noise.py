import pytest
import torch

from srkit.degradations.noise import Noise


def test_the_strength_is_in_grey_levels():
    flat = torch.full((2, 3, 100, 100), 0.5)
    noisy, drawn = Noise(2, sigma_range=[2.0, 20.0], quantise=False).trace(flat, torch.Generator().manual_seed(0))
    found = (noisy - flat).std((1, 2, 3)) * 255
    torch.testing.assert_close(found.double(), drawn["sigma"], rtol=0.03, atol=0)
    assert drawn["sigma"][0] != drawn["sigma"][1]


def test_gray_noise_is_the_same_in_all_channels():
    noisy = Noise(2, gray=True, quantise=False)(torch.full((1, 3, 8, 8), 0.5), torch.Generator().manual_seed(0))
    torch.testing.assert_close(noisy[:, 0], noisy[:, 2])


def test_negative_strength_is_refused():
    with pytest.raises(ValueError, match="sigma_range must not go below 0"):
        Noise(2, sigma_range=[-1.0, 2.0])
