import numpy as np
import pytest
import torch

from srkit.data.cache import Cache
from srkit.data.stream import Stream
from srkit.datasets.files import ImageFiles
from srkit.errors import DataError, ImageError
from srkit.image.color import rgb_to_y
from srkit.image.convert import to_tensor
from srkit.image.files import read, write
from srkit.image.resize import imresize


def shrink(high, generator):
    """A degradation that shows what it was given: every second pixel, plus one random number an image."""
    return high[..., ::2, ::2] + torch.rand(len(high), 1, 1, 1, generator=generator)


def stream_of(images, tmp_path, **options):
    defaults = {"scale": 2, "patch": 16, "batch": 4, "seed": 0, "color": "y", "degradation": shrink}
    return Stream(images, cache=Cache(folder=tmp_path), **(defaults | options))


def test_a_batch_depends_on_seed_and_step_alone(photographs, tmp_path):
    eager, threaded = (stream_of(photographs, tmp_path, workers=workers) for workers in (0, 3))
    wanted = [eager(step) for step in range(6)]
    for step in (3, 0, 1, 2, 5, 4, 4, 0):
        found = threaded(step)
        assert torch.equal(found.low, wanted[step].low)
        assert torch.equal(found.high, wanted[step].high)
        assert found.names == wanted[step].names
    assert not torch.equal(wanted[0].high, wanted[1].high)
    threaded.close()


def test_crops_are_pieces_of_the_images(photographs, tmp_path):
    for color, channels in (("y", 1), ("rgb", 3)):
        pair = stream_of(photographs, tmp_path, color=color, augment=False, workers=0)(0)
        assert pair.high.shape == (4, channels, 16, 16)
        assert pair.low.shape == (4, channels, 8, 8)
        for crop, name in zip(pair.high, pair.names, strict=True):
            whole = to_tensor(photographs.high(photographs.names.index(name)))
            whole = rgb_to_y(whole) if color == "y" else whole
            windows = whole[0].unfold(1, 16, 1).unfold(2, 16, 1)
            distance = (windows - crop[:, None, None]).abs().amax((0, 3, 4))
            assert distance.min() < 1e-6


def test_pairs_stay_aligned_under_every_orientation(photographs, tmp_path):
    lows = []
    for index in range(3):
        lows.append(tmp_path / f"low{index}.png")
        high = photographs.high(index)
        high = high[: high.shape[0] // 2 * 2, : high.shape[1] // 2 * 2]
        write(lows[-1], high[::2, ::2].copy())
    pairs = ImageFiles(photographs.names, photographs.high_files, lows, 2)
    for step in range(6):
        pair = stream_of(pairs, tmp_path, degradation=None, workers=0)(step)
        phases = [
            pair.high[..., i::2, j::2] for i in (0, 1) for j in (0, 1)
        ]  # a mirrored crop starts at another phase
        for n in range(4):
            assert min((phase[n] - pair.low[n]).abs().max() for phase in phases) < 1e-6


def test_images_smaller_than_a_crop_are_named(photographs, tmp_path):
    with pytest.raises(
        DataError, match=r"at least 48 x 48 pixels, found 0 \(50 x 40\), 1 \(33 x 64\); lower train.patch"
    ):
        stream_of(photographs, tmp_path, patch=48)


def test_pairs_of_another_scale_are_refused(photographs, tmp_path):
    pairs = ImageFiles(photographs.names, photographs.high_files, photographs.high_files, 1)
    with pytest.raises(DataError, match="wants LR 2 times smaller than HR, found pairs of x1"):
        stream_of(pairs, tmp_path)


def test_an_error_in_a_worker_reaches_the_step_that_needs_it(photographs, tmp_path):
    stream = stream_of(photographs, tmp_path, workers=2)
    for file in photographs.high_files:
        file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(ImageError, match="cut off after 200 bytes"):
        stream(0)
    stream.close()


def test_gray_images_are_rgb_with_equal_channels(tmp_path):
    path = tmp_path / "gray.png"
    write(path, np.random.default_rng(0).integers(0, 256, (32, 32, 1), dtype=np.uint8))
    pair = stream_of(ImageFiles(["gray"], [path]), tmp_path, color="rgb", workers=0)(0)
    assert torch.equal(pair.high[:, 0], pair.high[:, 2])
    assert read(path).shape == (32, 32, 1)
    assert imresize(read(path), 0.5).shape == (16, 16, 1)
