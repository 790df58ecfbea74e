import gc
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch

from srkit.data.cache import Cache
from srkit.data.examples import examples
from srkit.data.stream import Stream
from srkit.datasets.files import ImageFiles
from srkit.errors import DataError, ImageError
from srkit.image.color import luma, rgb_to_y
from srkit.image.convert import to_tensor
from srkit.image.files import write
from srkit.pair import Pair
from srkit.plugins import load_catalog


def shrink(high, draws):
    """A degradation that shows what it was given: every second pixel, plus one random number an image."""
    return high[..., ::2, ::2] + draws.uniform(1, 1, 1).float()


def mean(high, _draws):
    return torch.nn.functional.avg_pool2d(high, 2)


def stream_of(images, tmp_path, **options):
    defaults = {"scale": 2, "patch": 16, "batch": 4, "seed": 0, "color": "y", "degradation": shrink}
    return Stream(images, cache=Cache(folder=tmp_path), **(defaults | options))


def same(found, wanted):
    return (
        torch.equal(found.low, wanted.low) and torch.equal(found.high, wanted.high) and found.names == wanted.names
    )


def threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("srkit-stream")]


def test_a_batch_depends_on_seed_and_step_alone(photographs, tmp_path):
    wanted = [stream_of(photographs, tmp_path, workers=0)(step) for step in range(6)]
    assert not torch.equal(wanted[0].high, wanted[1].high)
    assert not same(stream_of(photographs, tmp_path, workers=0, seed=1)(0), wanted[0])
    for workers in (0, 1, 3):
        with stream_of(photographs, tmp_path, workers=workers) as stream:
            for step in (3, 0, 1, 2, 5, 4, 4, 0):
                assert same(stream(step), wanted[step])


HARD = {
    "one_of": {
        "choices": [
            "anisotropic_gaussian",
            {"use": "chain", "stages": ["shrink", "noise", "jpeg"]},
            "bicubic",
        ],
    },
    "chain": {"stages": ["blur", "resize", "poisson", "jpeg", "blur", "resize", "sinc"]},
}


@pytest.mark.parametrize("color", ["y", "rgb"])
@pytest.mark.parametrize("use", HARD)
def test_a_crop_and_its_lr_depend_on_seed_and_number_alone(photographs, tmp_path, use, color):
    """Equal to the last bit in a batch of any size, with any number of workers, as a row of any process."""
    degradation = load_catalog([]).build("degradation", use, 2, **HARD[use])

    def made(batch, workers=0, rows=slice(None)):
        options = {"degradation": degradation, "color": color, "batch": batch, "workers": workers, "rows": rows}
        with stream_of(photographs, tmp_path, **options) as stream:
            pairs = [stream(step) for step in range(16 // batch)]
        return Pair(
            torch.cat([pair.low for pair in pairs]),
            torch.cat([pair.high for pair in pairs]),
            sum((pair.names for pair in pairs), ()),
        )

    def of(pair, rows):
        return Pair(pair.low[rows], pair.high[rows], tuple(np.array(pair.names)[rows]))

    wanted = made(16)
    assert len({low.numpy().tobytes() for low in wanted.low}) == 16
    for batch in (1, 2, 4):
        assert same(made(batch), wanted)
    for workers in (1, 3):
        assert same(made(4, workers), wanted)
    numbers = np.arange(16).reshape(4, 4)
    for rows in (slice(0, 2), slice(2, 4), slice(1, None, 2)):
        assert same(made(4, 1, rows), of(wanted, numbers[:, rows].ravel()))


def doubled(low, high, partners, draws):
    """An augmentation with a partner for every row and one random number an image."""
    other_low, other_high = partners(range(len(low)))
    return low + other_low + draws.uniform(1, 1, 1).float(), high + other_high


def test_an_augmented_crop_depends_on_seed_number_and_name_alone(photographs, tmp_path):
    def made(batch, rows=slice(None), workers=0, names=("a", "b"), seed=0):
        options = {"augmentations": [(name, doubled) for name in names], "batch": batch, "rows": rows, "seed": seed}
        with stream_of(photographs, tmp_path, workers=workers, **options) as stream:
            return torch.cat([stream(step).low for step in range(12 // batch)])

    wanted = made(12)
    for batch in (1, 3, 4):
        assert torch.equal(made(batch), wanted)
    assert torch.equal(made(4, slice(2, 4), 2), wanted.view(3, 4, *wanted.shape[1:])[:, 2:].flatten(0, 1))
    assert not torch.equal(made(12, seed=1), wanted)
    once, other = made(12, names=("a",)), made(12, names=("b",))
    plain = made(12, names=())
    torch.testing.assert_close(once - plain + other, wanted)  # an augmentation changes nothing that another draws
    assert not torch.equal(once, other)


def test_a_partner_is_another_crop_that_was_degraded_in_its_own_way(photographs, tmp_path):
    seen = []

    def see(low, high, partners, draws):
        seen.append((low, high, *partners([2, 0])))
        return low, high

    stream_of(photographs, tmp_path, augmentations=[("see", see)], color="rgb", workers=0)(3)
    ((low, high, other_low, other_high),) = seen
    assert other_high.shape == (2, 3, 16, 16)
    drawn = [
        (one - pixels[..., ::2, ::2]).mean((1, 2, 3)) for one, pixels in ((low, high), (other_low, other_high))
    ]
    assert len({round(float(value), 6) for value in torch.cat(drawn)}) == 6  # a random number for each crop
    assert not any(torch.equal(one, two) for one in high for two in other_high)


def test_an_augmentation_that_changes_shapes_is_refused(photographs, tmp_path):
    stream = stream_of(
        photographs, tmp_path, augmentations=[("cut", lambda low, high, *_: (low[..., :4], high))], workers=0
    )
    message = (
        r"^augmentation cut: wants LR and HR of shapes \(\(4, 1, 8, 8\), \(4, 1, 16, 16\)\), as it was given them, "
        r"found \(\(4, 1, 8, 4\), \(4, 1, 16, 16\)\); the augmentation has a bug$"
    )
    with pytest.raises(DataError, match=message):
        stream(0)


class Seeing:
    """A degradation that keeps what it was given, and what it made of it."""

    def __call__(self, high, draws):
        self.given = high
        self.made = (high[..., ::2, ::2] + 0.3 * draws.normal(3, 8, 8)).clamp(0, 1).mul(255).round().div(255)
        return self.made


def test_a_network_of_luma_gets_the_luma_of_the_degraded_rgb_image(photographs, tmp_path):
    """Clipping and rounding of RGB are not those of luma."""
    seeing = Seeing()
    pair = stream_of(photographs, tmp_path, degradation=seeing, workers=0)(0)
    assert seeing.given.shape == (4, 3, 16, 16)
    assert torch.equal(pair.low, luma(seeing.made))
    assert torch.equal(pair.high, luma(seeing.given))


def test_noise_in_training_is_the_noise_of_the_test(photographs, tmp_path):
    catalog = load_catalog([])
    noisy = catalog.build(
        "degradation",
        "chain",
        2,
        stages=[
            {"use": "shrink", "by": {"use": "bicubic", "quantise": False}},
            {"use": "noise", "sigma_range": [10, 10]},
        ],
        quantise=False,
    )
    clean = catalog.build("degradation", "bicubic", 2, quantise=False)

    def strength(find):
        return 255 * (find(noisy) - find(clean)).std().item()

    trained = strength(lambda d: stream_of(photographs, tmp_path, degradation=d, batch=64, workers=0)(0).low)
    tested = strength(lambda d: luma(next(examples(photographs, scale=2, degradation=d, seed=0)).low))
    assert trained == pytest.approx(tested, rel=0.1)


def test_a_degradation_of_another_scale_is_refused(photographs, tmp_path):
    def halved(high, _draws):
        return high[..., ::4, ::4]

    with pytest.raises(
        DataError, match=r"degradation: wants LR of shape \(4, 1, 8, 8\) of HR .*, found \(4, 1, 4, 4\)"
    ):
        stream_of(photographs, tmp_path, degradation=halved, workers=0)(0)
    with pytest.raises(DataError, match=r"wants LR of shape \(1, 3, 20, 25\) .*, found \(1, 3, 10, 13\)"):
        next(examples(photographs, scale=2, degradation=halved, seed=0))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("workers", [0, 2])
def test_a_gpu_gets_the_same_batches(photographs, tmp_path, workers):
    wanted = stream_of(photographs, tmp_path, workers=0)
    degraded = []

    def noted(high, draws):
        degraded.append(high.device.type)
        return high[..., ::2, ::2] + draws.uniform(1, 1, 1).float().to(high.device)

    with stream_of(photographs, tmp_path, workers=workers, degradation=noted, device="cuda") as stream:
        for step in range(4):
            found = stream(step)
            assert found.high.is_cuda
            assert torch.allclose(found.high.cpu(), wanted(step).high, atol=1e-6)
            assert torch.allclose(found.low.cpu(), wanted(step).low, atol=1e-6)
    assert set(degraded) == {"cuda"}


def test_every_step_and_seed_draws_its_own_degradation(photographs, tmp_path):
    drawn = []

    def note(high, draws):
        drawn.append(tuple(draws.uniform().tolist()))
        return high[..., ::2, ::2]

    for seed in (0, 1):
        stream = stream_of(photographs, tmp_path, seed=seed, degradation=note, workers=0)
        for step in (0, 1, 2, 1):
            stream(step)
    assert drawn[1] == drawn[3]
    assert len(set(sum(drawn, ()))) == 6 * 4


def test_where_pixels_are_kept_changes_nothing(photographs, tmp_path):
    with stream_of(photographs, tmp_path) as stream:
        wanted = stream(7)
    mapped = stream_of(photographs, tmp_path, workers=0)
    mapped.cache = Cache(memory=0, folder=tmp_path / "cache")
    assert same(mapped(7), wanted)


@pytest.mark.parametrize(("color", "channels"), [("y", 1), ("rgb", 3)])
def test_crops_are_pieces_of_the_images(photographs, tmp_path, color, channels):
    pair = stream_of(photographs, tmp_path, color=color, augment=False, workers=0)(0)
    assert pair.high.shape == (4, channels, 16, 16)
    assert pair.low.shape == (4, channels, 8, 8)
    for crop, name in zip(pair.high, pair.names, strict=True):
        whole = to_tensor(photographs.high(photographs.names.index(name)))
        whole = rgb_to_y(whole) if color == "y" else whole
        windows = whole[0].unfold(1, 16, 1).unfold(2, 16, 1)
        distance = (windows - crop[:, None, None]).abs().amax((0, 3, 4))
        assert distance.min() < 1e-6


@pytest.fixture
def shrunk(photographs, tmp_path):
    """The photographs with partners of the mean of every 2x2 pixels, which no orientation changes."""
    lows = []
    for index, name in enumerate(photographs.names):
        high = photographs.high(index)
        high = high[: high.shape[0] // 2 * 2, : high.shape[1] // 2 * 2]
        low = high.reshape(high.shape[0] // 2, 2, high.shape[1] // 2, 2, 3).mean((1, 3))
        lows.append(tmp_path / f"{name}x2.png")
        write(lows[-1], low.round().astype(np.uint8))
    return ImageFiles(photographs.names, photographs.high_files, lows, 2)


def test_pairs_stay_aligned_under_every_orientation(shrunk, tmp_path):
    stream = stream_of(shrunk, tmp_path, color="rgb", degradation=None, workers=0)
    for step in range(12):
        pair = stream(step)
        assert pair.low.shape == (4, 3, 8, 8)
        assert (mean(pair.high, None) - pair.low).abs().max() < 0.51 / 255


def test_pairs_see_the_crops_that_a_degradation_sees(photographs, shrunk, tmp_path):
    """HR of 40 x 50, and of 64 x 33, whose LR is 32 x 16: the last HR column is in no crop of either."""
    own, made = (stream_of(images, tmp_path, degradation=mean, workers=0) for images in (shrunk, photographs))
    assert torch.equal(own(3).high, made(3).high)
    assert torch.allclose(own(3).low, made(3).low, atol=0.51 / 255)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"patch": 48},
            DataError,
            "train.patch: wants images of at least 48 x 48 pixels, found 0 (50 x 40), 1 (33 x 64); "
            "lower train.patch or leave them out",
        ),
        ({"patch": 15}, ValueError, "patch must be a multiple of the scale 2, got 15"),
        (
            {"degradation": None},
            ValueError,
            "degradation must be given for images without LR of their own, got None",
        ),
        (
            {"rows": slice(4, 6)},
            ValueError,
            "rows must be some of the batch of 4, got slice(4, 6, None)",
        ),
    ],
)
def test_what_cannot_work_is_refused_at_once(photographs, tmp_path, options, error, message):
    with pytest.raises(error) as caught:
        stream_of(photographs, tmp_path, **options)
    assert str(caught.value) == message


def test_pairs_of_another_scale_are_refused(shrunk, tmp_path):
    with pytest.raises(DataError) as caught:
        stream_of(shrunk, tmp_path, scale=4)
    assert str(caught.value) == (
        "0: wants LR 4 times smaller than HR, found pairs of x2; set scale, or give the LR folder of this scale"
    )


def test_only_the_first_few_small_images_are_named(photographs, tmp_path):
    many = ImageFiles([str(index) for index in range(9)], photographs.high_files * 3)
    with pytest.raises(DataError, match=r"4 \(33 x 64\) and 4 more; lower"):
        stream_of(many, tmp_path, patch=66)


@pytest.mark.parametrize("workers", [0, 2])
def test_an_error_is_raised_by_the_step_it_belongs_to(photographs, tmp_path, workers):
    with stream_of(photographs, tmp_path, batch=1, workers=workers, degradation=mean) as stream:
        bad = next(step for step in range(99) if stream(step).names == ("1",))
    file = photographs.high_files[1]
    file.write_bytes(file.read_bytes()[:200])
    with stream_of(photographs, tmp_path, batch=1, workers=workers, degradation=mean) as stream:
        for step in range(bad):
            stream(step)
        for _ in range(2):  # asking again is no way around it
            with pytest.raises(ImageError, match=r"1\.png: wants a whole image, found one that is cut off"):
                stream(bad)


def test_an_image_that_changed_its_size_is_named(photographs, tmp_path):
    stream = stream_of(photographs, tmp_path, workers=0)
    for file in photographs.high_files:
        write(file, np.zeros((20, 30, 3), np.uint8))
    with pytest.raises(ImageError, match=r"wants HR of .* pixels, as when the images were opened; found 30 x 20"):
        stream(0)


def test_gray_images_are_rgb_with_equal_channels(tmp_path):
    path = tmp_path / "gray.png"
    write(path, np.random.default_rng(0).integers(0, 256, (32, 32, 1), dtype=np.uint8))
    pair = stream_of(ImageFiles(["gray"], [path]), tmp_path, color="rgb", workers=0)(0)
    assert pair.high.shape[1] == 3
    assert torch.equal(pair.high[:, 0], pair.high[:, 2])


def test_files_are_asked_for_their_key_once(photographs, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(photographs, "key", lambda index: asked.append(index) or str(index), raising=False)
    stream = stream_of(photographs, tmp_path, workers=0)
    for step in range(9):
        stream(step)
    assert sorted(asked) == [0, 1, 2]


def test_a_closed_stream_leaves_no_threads(photographs, tmp_path):
    before = len(threads())
    with stream_of(photographs, tmp_path, workers=2) as stream:
        stream(0)
        assert len(threads()) > before
    assert len(threads()) == before
    assert same(stream(5), stream_of(photographs, tmp_path, workers=0)(5))  # asking again opens it again
    stream.close()
    stream.close()
    gc.collect()
    assert len(threads()) == before


def test_a_forgotten_stream_does_not_hold_the_interpreter_up(photographs):
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from srkit.data.cache import Cache\n"
        "from srkit.data.stream import Stream\n"
        "from srkit.datasets.folder import folder\n"
        "images = folder(path=Path(sys.argv[1]))\n"
        "degradation = lambda high, _: high[..., ::2, ::2]\n"
        "options = dict(scale=2, patch=16, batch=4, seed=0, color='y', workers=2)\n"
        "Stream(images, degradation=degradation, cache=Cache(), **options)(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(photographs.high_files[0].parent)], timeout=60, capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_starts_its_own_threads(photographs, tmp_path):
    with stream_of(photographs, tmp_path) as stream:
        wanted = stream(0)
        while any(not coming.done() for coming in stream._ahead.values()):
            pass
        child = os.fork()
        if child == 0:
            signal.alarm(30)  # a child that waited for its parent's threads would never end
            os._exit(0 if same(stream(0), wanted) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
