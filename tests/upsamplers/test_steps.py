import pytest

from srkit.upsamplers.steps import needs_of_steps, steps_of


def test_a_scale_is_taken_by_twos_and_the_odd_rest_at_once():
    found = [steps_of(scale) for scale in (2, 3, 4, 6, 8, 12)]
    assert found == [[2], [3], [2, 2], [2, 3], [2, 2, 2], [2, 2, 3]]
    with pytest.raises(ValueError, match="scale must be at least 2, got 1"):
        steps_of(1)


def test_the_halo_of_a_step_counts_in_its_own_pixels():
    assert needs_of_steps([2], [3]).halo == 3
    assert needs_of_steps([2, 2], [3, 3]).halo == 5  # 3 pixels after the first step lie in 2 pixels before it
    assert needs_of_steps([2, 3], [1, 4]).halo == 3
