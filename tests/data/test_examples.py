import numpy as np
import pytest
import torch

from srkit.data.cache import Cache
from srkit.data.examples import examples
from srkit.data.stream import Stream
from srkit.datasets.files import ImageFiles
from srkit.errors import DataError, ImageError
from srkit.image.convert import to_tensor
from srkit.image.files import write


def shrink(high, draws):
    """Every fourth pixel, plus one random number an image."""
    return high[..., ::4, ::4] + draws.uniform(1, 1, 1).float()


class Told:
    """A degradation that says what it drew."""

    def trace(self, high, draws):
        kernels = draws.uniform(3, 3).float()
        return high[..., ::4, ::4] * kernels.mean(), {"kernels": kernels}

    def __call__(self, high, draws):
        return self.trace(high, draws)[0]


def by_name(images, **options):
    options = {"scale": 4, "degradation": shrink, "seed": 0} | options
    return {example.name: example for example in examples(images, **options)}


def test_hr_is_cut_to_a_multiple(photographs):
    found = by_name(photographs)
    assert list(found) == ["0", "1", "2"]
    assert found["1"].high.shape == (1, 3, 64, 32)
    assert found["1"].low.shape == (1, 3, 16, 8)
    assert torch.equal(found["1"].high, to_tensor(photographs.high(1))[..., :32])
    assert found["1"].drawn == {}


def test_what_was_drawn_comes_back(photographs):
    traced, plain = by_name(photographs, degradation=Told()), by_name(photographs, degradation=Told().__call__)
    kernels = traced["1"].drawn["kernels"]
    assert torch.equal(traced["1"].low, traced["1"].high[..., ::4, ::4] * kernels.mean())
    assert torch.equal(traced["1"].low, plain["1"].low)


def test_lr_depends_on_seed_and_name_alone(photographs):
    fewer = ImageFiles(photographs.names[1:], photographs.high_files[1:])
    for name, example in by_name(fewer).items():
        assert torch.equal(by_name(photographs)[name].low, example.low)
        assert not torch.equal(by_name(photographs, seed=1)[name].low, example.low)


@pytest.fixture
def paired(photographs, tmp_path):
    """The photographs, the second of 64 x 33 with LR rounded up to 16 x 9, the third gray."""
    shapes = [(10, 12, 3), (16, 9, 3), (12, 12, 1)]
    highs, lows = list(photographs.high_files), [tmp_path / f"low{index}.png" for index in range(3)]
    highs[2] = tmp_path / "gray.png"
    write(highs[2], photographs.high(2)[..., :1])
    for low, shape in zip(lows, shapes, strict=True):
        write(low, np.full(shape, 7, np.uint8))
    return ImageFiles(photographs.names, highs, lows, 4)


def test_pairs_bring_their_own_lr(paired):
    found = by_name(paired, degradation=None)
    assert all((example.low == 7 / 255).all() for example in found.values())
    assert found["1"].low.shape[-2:] == (16, 8)
    assert found["1"].high.shape[-2:] == (64, 32)


def test_lr_that_changed_its_size_is_named(paired):
    write(paired.low_files[1], np.zeros((16, 10, 3), np.uint8))
    with pytest.raises(ImageError) as caught:
        by_name(paired)
    assert str(caught.value) == "1: wants LR of 8 x 16 pixels, as when the images were opened; found 10 x 16"


def test_what_cannot_be_measured_is_refused_before_anything_is_decoded(paired, photographs, tmp_path):
    write(tmp_path / "dot.png", photographs.high(0)[:1, :1])
    dot = ImageFiles(["dot"], [tmp_path / "dot.png"])
    for images, scale, message in (
        (
            dot,
            4,
            "scale: wants images of at least 4 x 4 pixels to shrink them by 4, found dot (1 x 1); leave them out",
        ),
        (paired, 2, "0: wants LR 2 times smaller than HR, found pairs of x4; set scale, or give the LR folder of"),
    ):
        with pytest.raises(DataError) as caught:
            examples(images, scale=scale, degradation=shrink, seed=0)
        assert str(caught.value).startswith(message)


def test_gray_against_rgb_is_refused_by_name(tmp_path, photographs):
    lows = []
    for index in range(3):
        lows.append(tmp_path / f"low{index}.png")
        height, width = (side // 4 for side in photographs.size(index))
        write(lows[-1], photographs.high(index)[:height, :width, :1].copy())
    pairs = ImageFiles(photographs.names, photographs.high_files, lows, 4)
    message = "wants LR and HR both gray or both RGB, found gray and RGB"
    with pytest.raises(DataError, match=message):
        list(examples(pairs, scale=4, degradation=None, seed=0))
    options = {"scale": 4, "patch": 16, "batch": 1, "seed": 0, "color": "y", "degradation": None, "workers": 0}
    with Stream(pairs, cache=Cache(folder=tmp_path), **options) as stream, pytest.raises(DataError, match=message):
        stream(0)
