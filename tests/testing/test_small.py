from srkit.plugins import load_catalog
from srkit.testing.small import small_options


def test_widths_and_depths_are_lowered_and_kernels_stay():
    catalog = load_catalog([])
    found = {name: small_options(catalog["model"][name], catalog, 2, 3) for name in ("srcnn", "edsr", "bicubic")}
    assert found == {
        "srcnn": {"features": 8, "narrow": 8},
        "edsr": {"blocks": 2, "features": 8},
        "bicubic": {},
    }
    assert small_options(catalog["model"]["edsr"], catalog, 2, 3, width=16) == {"blocks": 2, "features": 16}


def test_a_part_that_refuses_small_widths_gets_larger_ones(install):
    install(
        "srkit-heads",
        """
from typing import Annotated
from torch import nn

@srkit.model("heads")
class Heads(nn.Module):
    "Wide."

    def __init__(self, scale: int, channels: int, *, features: Annotated[int, srkit.Range(1)] = 120,
                 least: Annotated[int, srkit.Range(1)] = 4) -> None:
        super().__init__()
        if features < 25:
            raise ValueError("features must be 25 or more")

@srkit.hookimpl
def srkit_parts():
    return [Heads]
""",
    )
    catalog = load_catalog()
    assert small_options(catalog["model"]["heads"], catalog, 2, 3) == {"features": 32}
