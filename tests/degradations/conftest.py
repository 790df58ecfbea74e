"""Fixtures of the degradations' tests."""

import pytest
import torch


@pytest.fixture
def seeded():
    """Return a function that gives a fresh CPU generator; its seed is 0 unless told."""
    return lambda seed=0: torch.Generator().manual_seed(seed)


@pytest.fixture
def picture():
    """Return a function that makes a batch of smooth random 8-bit images (N,C,H,W) in [0,1]."""

    def picture(count=2, channels=3, height=48, width=40, seed=0):
        noise = torch.rand(
            count, channels, height // 8 + 2, width // 8 + 2, generator=torch.Generator().manual_seed(seed)
        )
        smooth = torch.nn.functional.interpolate(noise, size=(height, width), mode="bicubic")
        return smooth.clamp(0, 1).mul(255).round().div(255)

    return picture
