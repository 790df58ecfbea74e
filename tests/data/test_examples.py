import pytest
import torch

from srkit.data.cache import Cache
from srkit.data.examples import examples
from srkit.data.stream import Stream
from srkit.datasets.files import ImageFiles
from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.errors import DataError
from srkit.image.files import write


def by_name(images, **options):
    options = {"scale": 4, "degradation": AnisotropicGaussian(4), "seed": 0} | options
    return {example.name: example for example in examples(images, **options)}


def test_hr_is_cut_to_a_multiple_and_kernels_come_back(photographs):
    found = by_name(photographs)
    assert found["1"].high.shape == (1, 3, 64, 32)
    assert found["1"].low.shape == (1, 3, 16, 8)
    assert found["1"].drawn["kernels"].shape == (1, 31, 31)


def test_lr_depends_on_seed_and_name_alone(photographs):
    fewer = ImageFiles(photographs.names[1:], photographs.high_files[1:])
    assert torch.equal(by_name(photographs)["2"].low, by_name(fewer)["2"].low)
    assert not torch.equal(by_name(photographs, seed=1)["2"].low, by_name(fewer)["2"].low)


def test_an_image_that_vanishes_when_shrunk_is_named(tmp_path, photographs):
    write(tmp_path / "dot.png", photographs.high(0)[:1, :1])
    with pytest.raises(DataError, match="dot: wants an image of at least 4 x 4 pixels for x4, got 1 x 1"):
        by_name(ImageFiles(["dot"], [tmp_path / "dot.png"]))


def test_gray_against_rgb_is_refused_by_name(tmp_path, photographs):
    lows = []
    for index in range(3):
        lows.append(tmp_path / f"low{index}.png")
        height, width = (side // 4 for side in photographs.size(index))
        write(lows[-1], photographs.high(index)[:height, :width, :1].copy())
    pairs = ImageFiles(photographs.names, photographs.high_files, lows, 4)
    with pytest.raises(DataError, match="0: wants LR and HR both gray or both RGB, found gray and RGB"):
        by_name(pairs)
    stream = Stream(
        pairs,
        scale=4,
        patch=16,
        batch=1,
        seed=0,
        color="y",
        degradation=None,
        cache=Cache(folder=tmp_path),
        workers=0,
    )
    with pytest.raises(DataError, match="wants LR and HR both gray or both RGB, found gray and RGB"):
        stream(0)
