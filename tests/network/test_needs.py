import pytest
from torch import nn

from srkit.network.needs import Needs, needs_of


class Says(nn.Module):
    def __init__(self, needs):
        super().__init__()
        self.needs = needs


def test_a_module_that_says_nothing_is_shown_the_whole_image_in_any_format():
    assert needs_of(nn.Identity()) == Needs() == Needs(halo=None, multiple=1, least=1, half=True, whole=False)
    assert Needs().reach is None


def test_a_module_says_what_it_needs():
    assert needs_of(Says(Needs(halo=3, half=False))) == Needs(halo=3, half=False)
    with pytest.raises(TypeError, match=r"^Says\.needs: wants srkit\.network\.needs\.Needs, got int$"):
        needs_of(Says(3))


def test_what_must_be_seen_whole_has_no_reach():
    assert Needs(halo=3).reach == 3
    assert Needs(halo=3, whole=True).reach is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"halo": -1}, "halo must not be negative, got -1"),
        ({"multiple": 0}, "multiple and least must be positive, got 0 and 1"),
        ({"least": 0}, "multiple and least must be positive, got 1 and 0"),
    ],
)
def test_numbers_out_of_range_are_refused(wrong, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        Needs(**wrong)
