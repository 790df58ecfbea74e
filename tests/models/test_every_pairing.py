"""Every model with every upsampler in every slot, at every scale: all that the catalog has, plugins included.

``tests/weights/test_export.py`` exports every model and every upsampler, and ``tests/fused`` prepares every pair.
"""

import pytest
import torch

from srkit.config.signature import declared
from srkit.config.spelling import kind_of
from srkit.errors import BuildError
from srkit.network.needs import needs_of
from srkit.plugins import load_catalog
from srkit.testing.making import SCALES
from srkit.testing.small import small_options
from srkit.testing.tiles import tiles_equal_the_whole

CATALOG = load_catalog([])
SMALL = {name: small_options(part, CATALOG, 2, 3) for name, part in CATALOG["model"].items()}
SLOTS = [
    (model, slot)
    for model, part in CATALOG["model"].items()
    for slot, option in declared(part.factory).items()
    if getattr(kind_of(option.wanted), "name", "") == "upsampler"
]
PAIRINGS = [(model, slot, upsampler) for model, slot in SLOTS for upsampler in CATALOG["upsampler"]]


def build(model, slot, upsampler, scale, channels):
    torch.manual_seed(0)
    return CATALOG.build("model", model, scale, channels, **SMALL[model], **{slot: upsampler})


def allowed(model, slot, upsampler):
    """Return the networks of one channel by scale; a model or an upsampler may refuse scales, but not all."""
    networks, refusals = {}, []
    for scale in SCALES:
        try:
            networks[scale] = build(model, slot, upsampler, scale, 1)
        except BuildError as error:
            refusals.append(error)
    assert networks, refusals
    return networks


@pytest.mark.parametrize("scales", [(2, 3, 4), pytest.param((8,), marks=pytest.mark.slow)], ids=str)
@pytest.mark.parametrize(("model", "slot", "upsampler"), PAIRINGS)
def test_it_enlarges_and_learns_and_its_tiles_are_those_of_the_whole(model, slot, upsampler, scales):
    networks = allowed(model, slot, upsampler)
    for scale in networks.keys() & set(scales):
        network = networks[scale]
        side = max(4, needs_of(network).least)
        high = network.train()(torch.rand(1, 1, side, side + 1))
        assert high.shape == (1, 1, side * scale, (side + 1) * scale)
        high.square().sum().backward()
        lost = [name for name, one in network.named_parameters() if one.requires_grad and one.grad is None]
        assert lost == []
        assert all(one.grad.isfinite().all() for one in network.parameters() if one.grad is not None)
        # in float64: some networks compute in grey levels, and a softmax of hundreds magnifies what float32 rounds
        tiles_equal_the_whole(CATALOG["model"][model], network.eval().double(), scale, 1, count=2)
