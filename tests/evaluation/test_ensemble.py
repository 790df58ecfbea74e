import torch
from torch import nn

from srkit.evaluation.ensemble import Ensemble
from srkit.network.needs import Needs


def test_the_ensemble_is_the_mean_over_eight_orientations(catalog):
    torch.manual_seed(0)
    model = catalog.build("model", "lapsrn", 2, 1, depth=1, features=4, residual_init="he")
    x = torch.rand(1, 1, 5, 7)
    with torch.no_grad():
        found = Ensemble(model)(x)
        assert found.shape == (1, 1, 10, 14)
        for turn in (lambda v: v.flip(-1), lambda v: torch.rot90(v, 1, (-2, -1)), lambda v: v.transpose(-1, -2)):
            torch.testing.assert_close(Ensemble(model)(turn(x)), turn(found))  # it is no longer equivariant
        assert not torch.allclose(found, model(x), atol=1e-4)


def test_it_needs_what_its_network_needs(catalog):
    model = catalog.build("model", "lapsrn", 2, 1, depth=1, features=4)
    assert Ensemble(model).needs == model.needs
    assert model.needs.halo > 0
    model = nn.Identity()
    model.needs = Needs(halo=3, multiple=4)
    assert Ensemble(model).needs.reach is None
