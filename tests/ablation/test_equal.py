from dataclasses import replace

import pytest
from torch import nn

from srkit.ablation.equal import WIDEST, equalised
from srkit.ablation.study import Equal
from srkit.config.check import Choice


@pytest.fixture
def fitted(planned):
    """Return a function that fits a model of width**2 parameters, which refuses some widths."""
    trial = planned("arms: {a: {}, b: {loss: l1}}\nbaseline: a\nseeds: [0, 1]").blocks[0].arms[0].trials[0]

    def fitted(wanted, accepts, tolerance=0.5):
        tried = []

        def square(scale, channels, *, features):
            tried.append(features)
            if not accepts(features):
                raise ValueError(f"features must be something else, got {features}")
            return nn.Linear(features, features, bias=False, device="meta")

        part = replace(trial.experiment.model.part, factory=square)
        model = Choice(part, {"features": 8}, {})
        found = equalised(
            replace(trial.experiment, model=model), wanted, Equal(budget="parameters", tolerance=tolerance)
        )
        assert len(tried) == len(set(tried))
        return found

    return fitted


@pytest.mark.parametrize(
    ("wanted", "accepts", "width"),
    [
        (10_000, lambda width: True, 100),
        (10_000, lambda width: width % 3 == 0, 99),
        (10_000, lambda width: width % 48 == 0, 96),
        (10_000, lambda width: width >= 90, 100),
        (10_000, lambda width: width <= 97, 97),
        (10_000, lambda width: width == 110, 110),
        (1, lambda width: True, 1),
        (10_100, lambda width: width in (7, 99, 103, 1000), 99),
    ],
)
def test_the_nearest_width_that_the_model_accepts(fitted, wanted, accepts, width):
    assert fitted(wanted, accepts) == (width, width**2)


def test_a_model_without_any_width_says_what_it_wants(fitted):
    said = f"refuses every model.features up to {WIDEST}: .* refuses: features must be something else, got"
    with pytest.raises(ValueError, match=said):
        fitted(100, lambda width: False)


def test_a_width_that_comes_near_is_not_enough(fitted):
    with pytest.raises(
        ValueError, match=r"wants 10,000 parameters within 1%; the nearest is 9,216 at model\.features=96"
    ):
        fitted(10_000, lambda width: width % 48 == 0, tolerance=0.01)


def test_no_network_is_built_that_is_far_too_wide(fitted):
    built = []
    fitted(10_000, lambda width: width % 3 == 0 and (built.append(width) or True))
    assert max(built) < 256
