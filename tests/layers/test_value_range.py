import pytest
import torch

from srkit.image.color import rgb_to_y
from srkit.layers.value_range import DIV2K, ValueRange


@pytest.mark.parametrize("channels", [1, 3])
def test_outward_undoes_inward(channels):
    values, image = ValueRange(channels, peak=255, mean=DIV2K), torch.rand(2, channels, 4, 5)
    torch.testing.assert_close(values.outward(values.inward(image)), image)


def test_a_network_of_luma_subtracts_the_luma_of_the_mean():
    flat = torch.tensor(DIV2K).view(1, 3, 1, 1)
    rgb, luma = (ValueRange(channels, peak=255, mean=DIV2K) for channels in (3, 1))
    assert rgb.inward(flat).abs().max() < 1e-4
    assert luma.inward(rgb_to_y(flat)).abs().max() < 1e-4
    assert luma.inward(rgb_to_y(flat) + 1).item() == pytest.approx(255)


def test_without_a_mean_any_number_of_channels_will_do():
    assert torch.equal(ValueRange(5, peak=2).inward(torch.ones(1, 5, 1, 1)), torch.full((1, 5, 1, 1), 2.0))
    with pytest.raises(ValueError, match=r"^channels must be 1 \(luma\) or 3 for a network with a mean, got 5$"):
        ValueRange(5, mean=DIV2K)


def test_it_has_no_weights():
    assert not ValueRange(3, mean=DIV2K).state_dict()
