"""What a plugin author tests: the contract of the kind, and what is special about the part."""

import pytest
import torch

from srkit.errors import ConfigError
from srkit.plugins import load_catalog
from srkit.testing import check_part


def test_it_keeps_the_contract_of_an_upsampler():
    check_part(load_catalog()["upsampler"]["sharpen"])


def test_without_strength_it_is_bicubic():
    sharpen = load_catalog().build("upsampler", "sharpen", 3, 3, 2, strength=0)
    x = torch.rand(1, 3, 8, 8)
    torch.testing.assert_close(
        sharpen(x), torch.nn.functional.interpolate(x, scale_factor=2, mode="bicubic", align_corners=False)
    )


def test_it_refuses_a_strength_outside_its_range():
    with pytest.raises(ConfigError, match="strength: wants float from 0 to 1, got 2"):
        load_catalog().build("upsampler", "sharpen", 3, 3, 2, strength=2.0)
