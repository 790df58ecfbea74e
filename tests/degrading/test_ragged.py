"""A batch of images of different sizes, as a GPU gets it: in one tensor. The CPU takes that way here, too."""

import re

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from srkit.cli.experiment import read_experiment
from srkit.degrading.ragged import apart, inside, mirrored_by, stacked
from srkit.draws import Draws

MOST = 460
"""Pieces of work that the chain of Real-ESRGAN may give a GPU for 16 crops."""

VIEWS = re.compile(r"view|slice|split|select|transpose|permute|expand|squeeze|alias|as_strided|detach")


class Counted(TorchDispatchMode):
    """Counts what is given to the device ``meta``, which has shapes and no numbers, and stands for a GPU."""

    number = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if kwargs.get("device") == torch.device("cpu") and getattr(args[0], "is_meta", False):
            self.number += 1
            return torch.zeros(args[0].shape)
        result = function(*args, **kwargs)
        first = result[0] if isinstance(result, tuple | list) else result
        if isinstance(first, torch.Tensor) and first.is_meta and not VIEWS.search(str(function)):
            self.number += 1
        return result


@pytest.fixture
def as_a_gpu(monkeypatch):
    """Make the CPU take the way of other devices."""
    for room in ("degrading.correlate", "degrading.ragged", "stages.jpeg", "stages.poisson", "stages.resize"):
        monkeypatch.setattr(f"srkit.{room}.on_processor", lambda _images: False)


def chain(name, scale=4):
    choice = f"degradation=${{file:configs/degradations/{name}.yaml}}"
    return read_experiment(["configs/tiny.yaml", choice])[0].degradation(scale)


def images_of(*sizes, channels=3):
    return [torch.rand(1, channels, *size) for size in sizes]


@pytest.mark.parametrize("channels", [1, 3])
def test_images_are_stacked_from_wherever_they_lie(channels):
    sizes = [(4, 5), (3, 7), (6, 2)]
    images = images_of(*sizes, channels=channels)
    batch = stacked(images)
    assert batch.shape == (3, channels, 6, 7)
    for number, image in enumerate(images):
        height, width = image.shape[-2:]
        rows, columns = inside(height, 6), inside(width, 7)
        assert torch.equal(batch[number], image[0][:, rows][:, :, columns])
    again = apart(batch, images)
    assert all(torch.equal(*pair) for pair in zip(again, images, strict=True))
    assert torch.equal(stacked([again[2], images[1], again[0]]), batch[[2, 1, 0]])
    turned = [image.transpose(-1, -2) for image in again]
    assert torch.equal(stacked(turned)[1, :, :7, :3], images[1][0].transpose(-1, -2))


def test_edges_are_mirrored_with_the_last_pixel_doubled():
    line = torch.arange(3.0).expand(1, 1, 3, 3)
    batch = stacked([line, torch.rand(1, 1, 3, 6)], mirrored_by(4))
    assert batch[0, 0, 4].tolist()[:11] == [2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0]
    assert np.array_equal(mirrored_by(1)(1, 1), [0, 0, 0])


@pytest.mark.parametrize("name", ["real_esrgan", "bsrgan"])
def test_the_way_of_other_devices_agrees_with_the_processor_s(name, monkeypatch, request, picture):
    degrade, high = chain(name), picture(12)
    here = degrade(high, Draws.numbered(range(12), "degrade", 0))
    request.getfixturevalue("as_a_gpu")
    # by the codec, since JPEG on tensors differs by a grey level, and a second JPEG makes more of it
    monkeypatch.setattr("srkit.stages.jpeg.on_processor", lambda _images: True)
    there = degrade(high, Draws.numbered(range(12), "degrade", 0))
    assert (here - there).abs().mean() < 0.05 / 255


@pytest.mark.usefixtures("as_a_gpu")
def test_an_image_is_the_same_in_a_batch_of_any_size(picture):
    degrade, high = chain("real_esrgan"), picture(8)
    whole = degrade(high, Draws.numbered(range(8), "degrade", 0))
    for count in (1, 2, 4):
        rows = slice(8 - count, 8)
        part = degrade(high[rows], Draws.numbered(range(8)[rows], "degrade", 0))
        assert torch.equal(part, whole[rows])


def test_a_batch_of_the_chain_is_few_pieces_of_work():
    high = torch.rand(16, 3, 32, 32).to("meta")
    with Counted() as counted:
        chain("real_esrgan")(high, Draws.numbered(range(16), "degrade", 0))
    assert counted.number < MOST
