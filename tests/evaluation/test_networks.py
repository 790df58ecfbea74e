import pytest
from torch import nn

from srkit.errors import BuildError
from srkit.evaluation.networks import facts_of
from srkit.network.multiply_adds import multiply_adds
from srkit.network.network import Network
from srkit.network.variant import Variant
from srkit.parts.model import VARIANTS
from srkit.plugins import load_catalog

CATALOG = load_catalog([])


def facts(name, *scales):
    return facts_of(CATALOG["model"][name], CATALOG, scales)


@pytest.mark.parametrize(
    ("name", "scale", "published"),
    [("vdsr", 2, 612.6), ("carn", 4, 90.9), ("carn_m", 2, 91.2), ("imdn", 4, 40.9), ("edsr", 4, 114.2)],
)
def test_multiply_adds_are_those_of_the_papers(name, scale, published):
    """As Ahn et al. 2018 and Hui et al. 2019 have them, in billions."""
    assert facts(name, scale)[0].multiply_adds / 1e9 == pytest.approx(published, abs=0.06)


def test_every_variant_has_its_scales_and_scores():
    found = {(one.name, one.scale): (one.parameters, one.needs.reach, one.psnr) for one in facts("lapsrn", 2, 3, 8)}
    assert found == {
        ("lapsrn", 2): (518_209, 13, None),
        ("lapsrn", 8): (1_553_347, 21, None),
        ("lapsrn released", 2): (407_441, 13, (37.52, 33.08, 31.80, 30.41)),
        ("lapsrn released", 8): (667_123, 12, (26.14, 24.44, 24.54, None)),
        ("lapsrn lapsrn-x8", 8): (962_499, 12, None),
    }


@pytest.mark.parametrize("part", CATALOG["model"].values(), ids=lambda part: part.name)
def test_every_variant_can_be_built_at_every_scale_that_it_names(part):
    for variant in VARIANTS.of(part.factory):
        for scale in {*variant.scales, *variant.psnr}:
            CATALOG.build("model", part.name, scale, variant.color.channels, **variant.options)
        assert not variant.scales or {*variant.psnr} <= {*variant.scales}


class ReadsValues(nn.Conv2d):
    def forward(self, low):
        float(low.max())
        return nn.functional.pixel_shuffle(super().forward(low), 2)


def test_a_network_that_reads_values_is_counted_too():
    assert multiply_adds(Network.of(ReadsValues(3, 12, 3, padding=1), 2, "rgb")) == 9 * 3 * 12 * 640 * 360


def test_a_model_without_variants_has_one_for_rgb(install):
    install(
        "srkit-double",
        """
from torch import nn

@srkit.model("double")
class Double(nn.Module):
    "Twice as large."

    def __init__(self, scale: int, channels: int) -> None:
        super().__init__()
        if scale != 2:
            raise ValueError(f"scale must be 2, got {scale}")
        self.conv = nn.Conv2d(channels, 4 * channels, 1)

    def forward(self, low):
        float(low.max())
        return nn.functional.pixel_shuffle(self.conv(low), 2)

@srkit.hookimpl
def srkit_parts():
    return [Double]
""",
    )
    catalog = load_catalog()
    (one,) = facts_of(catalog["model"]["double"], catalog)
    assert (one.name, one.scale, one.parameters) == ("double", 2, 48)
    assert one.multiply_adds == 3 * 12 * 640 * 360
    assert one.needs.reach is None
    with pytest.raises(BuildError, match="scale must be 2, got 3"):
        facts_of(catalog["model"]["double"], catalog, (3,))


def test_scores_without_a_source_are_refused():
    with pytest.raises(ValueError, match="variant 'large': wants scores and their source, or neither"):
        Variant("large", psnr={2: (38.0, None, None, None)})
