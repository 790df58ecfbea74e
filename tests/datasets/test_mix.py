from collections import Counter
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from srkit.data.cache import Cache
from srkit.data.originals import original
from srkit.data.stream import Stream
from srkit.datasets.folder import folder
from srkit.datasets.mix import Mix, Source
from srkit.datasets.pairs import pairs
from srkit.datasets.patches import Patches
from srkit.datasets.sharpened import Sharpened
from srkit.degradations.bicubic import Bicubic
from srkit.errors import DataError


@pytest.fixture
def sets(fill):
    few, many = fill("few", ["a.png", "b.png"]), fill("many", [f"{index}.png" for index in range(7)])
    return partial(folder, path=few), partial(folder, path=many)


def mixed(sets, weights=(3, 1)):
    few, many = (Source(images=images, weight=weight) for images, weight in zip(sets, weights, strict=True))
    return Mix(sources={"few": few, "many": many})


def test_it_has_the_images_of_all_sets(sets):
    mix, (few, many) = mixed(sets), (images() for images in sets)
    assert list(mix.names) == ["few/a", "few/b", *(f"many/{index}" for index in range(7))]
    assert len(mix) == 9
    assert mix.scale is None
    for index, (images, place) in enumerate([(few, 0), (few, 1), *((many, place) for place in range(7))]):
        assert (mix.size(index), mix.key(index)) == (images.size(place), images.key(place))
        assert original(mix, index) == images.original(place)
        assert np.array_equal(mix.high(index), images.high(place))


def names(images, tmp_path, batch, workers=0, count=240, seed=0):
    options = {"scale": 2, "patch": 8, "seed": seed, "color": "y", "degradation": Bicubic(2), "batch": batch}
    with Stream(images, cache=Cache(folder=tmp_path), workers=workers, **options) as stream:
        return [name for step in range(count // batch) for name in stream(step).names]


def test_the_weights_say_how_often_a_set_is_cut_and_its_images_are_cut_evenly(sets, tmp_path):
    found = names(mixed(sets), tmp_path, 60, count=2400)
    times = Counter(name.partition("/")[0] for name in found)
    assert times["few"] / len(found) == pytest.approx(0.75, abs=0.03)
    sources = [name.partition("/")[0] for name in found]
    alike = sum(one == other for one, other in pairwise(sources)) / len(found)
    assert alike == pytest.approx(0.75**2 + 0.25**2, abs=0.04)  # one draw says nothing about the next
    for images, share in (("few", 0.75 / 2), ("many", 0.25 / 7)):
        each = [count for name, count in Counter(found).items() if name.startswith(images)]
        assert each == pytest.approx([2400 * share] * len(each), rel=0.3)


def test_the_set_of_a_crop_depends_on_seed_and_number_alone(sets, tmp_path):
    wanted = names(mixed(sets), tmp_path, 1)
    assert names(mixed(sets), tmp_path, 16, workers=2) == wanted
    assert names(mixed(sets), tmp_path, 16, seed=1) != wanted
    source = [name.partition("/")[0] for name in wanted]
    other = names(mixed((sets[1], sets[0])), tmp_path, 16)  # other images in the sets, the same weights
    assert [name.partition("/")[0] for name in other] == source


def test_a_mix_in_a_mix_shares_its_weight_out_and_patches_keep_it(sets):
    inner = partial(mixed, sets)
    outer = Mix(sources={"mixed": Source(images=inner, weight=2), "few": Source(images=sets[0])})
    assert list(outer.sources) == [(2, 1.5), (7, 0.5), (2, 1.0)]
    assert outer.names[0] == "mixed/few/a"
    patches = Patches(of=inner, size=4, count=5)
    assert list(patches.sources) == [(10, 3), (35, 1)]
    assert list(Sharpened(of=inner).sources) == [(2, 3), (7, 1)]


def test_sets_of_different_kinds_are_not_mixed(sets, fill):
    high, low = fill("high", ["a.png"]), fill("low", ["a.png"], size=(8, 12))
    both = partial(pairs, high=high, low=low)
    assert mixed((both, both)).low(1).shape == (8, 12, 3)
    message = r"^mix: wants images without LR in 'many', as in 'few', found pairs of x2; mix sets of one kind$"
    with pytest.raises(DataError, match=message):
        mixed((sets[0], both))


def test_what_it_refuses(sets):
    with pytest.raises(ValueError, match=r"^sources must name at least one set, got none$"):
        Mix(sources={})
    with pytest.raises(ValueError, match=r"^names of sources must be names of folders, got '\.\.'$"):
        Mix(sources={"..": Source(images=sets[0])})
    with pytest.raises(ValueError, match=r"^weight: wants float above 0, got 0$"):
        Source(images=sets[0], weight=0)
