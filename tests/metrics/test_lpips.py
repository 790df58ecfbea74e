import importlib.util

import pytest
import torch

from srkit.metrics.lpips import LPIPS


@pytest.mark.skipif(importlib.util.find_spec("lpips") is not None, reason="lpips is here")
def test_without_its_package_it_says_what_to_do():
    with pytest.raises(
        ValueError, match=r"lpips cannot be used here: No module named 'lpips'; pip install 'srkit\[lpips\]'"
    ):
        LPIPS(4)


def test_it_hands_over_what_the_package_wants(monkeypatch):
    """The package wants RGB in [-1,1]; its own network is not tested here."""
    given = []
    monkeypatch.setattr(
        "srkit.metrics.lpips._network", lambda _net: lambda x, y: given.extend([x, y]) or (x - y).mean((1, 2, 3))
    )
    values = LPIPS(4)(torch.ones(2, 1, 20, 20), torch.zeros(2, 1, 20, 20))
    assert values.tolist() == [2, 2]
    assert [tuple(image.shape) for image in given] == [(2, 3, 12, 12)] * 2
    assert (given[0].max(), given[1].min()) == (1, -1)
