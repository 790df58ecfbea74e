import numpy as np

from srkit.datasets.pairs import pairs
from srkit.datasets.samples import samples
from srkit.datasets.sharpened import Sharpened
from srkit.degrading.unsharp import sharpened
from srkit.image.convert import to_tensor, to_uint8


def test_hr_is_sharpened_and_nothing_else():
    plain = samples(split="test")
    sharp = Sharpened(of=lambda: plain, sigma=2.0)
    assert (sharp.names, sharp.scale, len(sharp), sharp.size(0)) == (plain.names, None, 5, plain.size(0))
    wanted = sharpened(to_tensor(plain.high(0)), amount=0.5, sigma=2.0, threshold=10.0)
    np.testing.assert_array_equal(sharp.high(0), to_uint8(wanted))
    assert sharp.original(0) == plain.key(0)


def test_the_key_tells_how_it_was_sharpened():
    keys = {Sharpened(of=lambda: samples(split="test"), amount=amount).key(0) for amount in (0.5, 0.75)}
    assert len(keys) == 2


def test_lr_of_pairs_stays(fill):
    both = pairs(high=fill("high", ["a.png"]), low=fill("low", ["a.png"], (8, 12)))
    sharp = Sharpened(of=lambda: both)
    assert sharp.scale == 2
    np.testing.assert_array_equal(sharp.low(0), both.low(0))
