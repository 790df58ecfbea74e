"""Hints for a part that is named in a slot of another kind, with the real catalog."""

import pytest

from srkit.config.elsewhere import elsewhere
from srkit.plugins import load_catalog


@pytest.mark.parametrize(
    ("name", "wanted", "at", "hint"),
    [
        ("carafe", "model", "model", "; it is an upsampler, which a model can hold: model.upsampler=carafe"),
        (
            "jpeg",
            "degradation",
            "degradation",
            "; it is a stage, which a degradation can hold: {use: chain, stages: [jpeg]}",
        ),
        (
            "edsr",
            "upsampler",
            "model.upsampler",
            "; it is a model; srkit parts upsampler lists what can stand here",
        ),
        ("no such part", "model", "model", ""),
    ],
)
def test_a_part_of_another_kind_has_a_way_out(name, wanted, at, hint):
    catalog = load_catalog([])
    assert elsewhere(name, catalog[wanted].kind, catalog, at) == hint
