import pytest
from torch import nn

from srkit.network.needs import Enlargement, Needs, needs_in_parallel, needs_in_series, needs_of


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


def twice(**needs):
    return Enlargement(Says(Needs(**needs)), 2)


def test_a_halo_shrinks_by_every_upsampler_that_it_passes():
    assert needs_in_series() == Needs(0)
    assert needs_in_series(1, 32, 1) == Needs(34)
    assert needs_in_series(Enlargement(Says(Needs(2)), 3), 20) == Needs(2 + 7)  # 20 HR pixels are 6.67 LR pixels
    assert needs_in_series(34, twice(halo=1), twice(halo=1), 5) == Needs(34 + 1 + 2 + 0)
    assert needs_in_series(twice(halo=0), twice(halo=0), 5) == Needs(2)


def test_an_unknown_halo_stays_unknown_and_other_needs_are_kept():
    unknown = needs_in_series(1, twice(least=3), Needs(4, half=False), 1)
    assert unknown == Needs(None, least=3, half=False)
    assert needs_in_series(1, Needs(4, whole=True)) == Needs(5, whole=True)


def test_multiples_and_least_sizes_are_counted_in_pixels_of_the_input():
    assert needs_in_series(Needs(0, multiple=4, least=5), twice(halo=0, multiple=6)) == Needs(0, 12, 5)
    assert needs_in_series(twice(halo=0), Needs(0, multiple=4, least=15)) == Needs(0, 2, 8)
    assert needs_in_series(Enlargement(Says(Needs(0)), 3), Needs(0, multiple=4)) == Needs(0, 4)


def test_branches_need_what_each_of_them_needs():
    branches = Needs(3, 2, 5), Needs(7, 3, half=False), Needs(1, whole=True)
    assert needs_in_parallel(*branches) == Needs(7, 6, 5, half=False, whole=True)
    assert needs_in_parallel(Needs(3), Needs(None, least=4)) == Needs(None, least=4)
