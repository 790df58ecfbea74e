from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

import srkit.datasets
from srkit.degrading.jpeg import compressed
from srkit.image.convert import to_tensor, to_uint8
from srkit.image.files import read
from srkit.stages.jpeg import Jpeg
from srkit.work import Work

PHOTOGRAPH = Path(srkit.datasets.__file__).parent / "photographs" / "validate" / "chelsea.webp"


def compress(images, quality):
    return torch.cat(compressed(images.split(1), quality))


def opencv(image, quality):
    """An 8-bit RGB or gray image, encoded and decoded by OpenCV."""
    _, file = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(file, cv2.IMREAD_UNCHANGED).reshape(image.shape)[..., ::-1]


# libjpeg's DCT is in whole numbers, so a coefficient on the border of two steps may fall to the other side
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("quality", [10, 50, 75, 95, 100])
def test_agrees_with_opencv(quality, channels):
    image = read(PHOTOGRAPH)[:203, :251, :channels]  # not whole blocks
    ours = to_uint8(compress(to_tensor(image), torch.tensor([quality])))
    difference = np.abs(ours.astype(int) - opencv(np.ascontiguousarray(image), quality))
    assert (difference > 0).mean() < 0.2
    assert difference.mean() < 0.3
    assert np.abs(ours.astype(int) - image).mean() > 2 * difference.mean() or quality == 100


@pytest.mark.parametrize("channels", [1, 3])
def test_on_the_cpu_it_is_what_a_file_keeps(channels, draws):
    image = np.ascontiguousarray(read(PHOTOGRAPH)[:61, :70, :channels])
    after = Jpeg(2, quality_range=[40, 40])(Work((to_tensor(image),), (8, 8)), draws(1))
    np.testing.assert_array_equal(to_uint8(after.images[0]), opencv(image, 40))


def test_batch_is_every_image_alone(picture):
    images, quality = picture(3), torch.tensor([10, 50, 90])
    batch = compress(images, quality)
    for n in range(3):
        assert torch.equal(batch[n : n + 1], compress(images[n : n + 1], quality[n : n + 1]))


@pytest.mark.parametrize("channels", [1, 3])
def test_images_of_other_sizes_beside_it_change_no_bit(channels):
    photograph = to_tensor(read(PHOTOGRAPH)[..., :channels])
    sizes = [(17, 33), (1, 1), (64, 40), (16, 16), (31, 90)]
    images = [photograph[..., :height, :width] for height, width in sizes]
    images[3] = torch.full_like(images[3], 4.5 / 255)  # halves everywhere
    quality = torch.tensor([30, 50, 60, 95, 20])
    batch = compressed(images, quality)
    for number, image in enumerate(images):
        (alone,) = compressed([image.clone()], quality[number : number + 1])
        assert torch.equal(alone, batch[number])


@pytest.mark.parametrize("size", [(1, 1), (7, 9), (16, 16), (17, 33)])
@pytest.mark.parametrize("channels", [1, 3])
def test_keeps_any_size(size, channels, draws):
    work = Work((torch.rand(1, channels, *size), torch.rand(1, channels, 5, 6)), (8, 8))
    images = Jpeg(2)(work, draws(2)).images
    assert [image.shape for image in images] == [image.shape for image in work.images]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_gray_constant_stays(channels):
    image = torch.full((1, channels, 16, 16), 100 / 255)
    torch.testing.assert_close(compress(image, torch.tensor([95])), image, rtol=0, atol=1.01 / 255)


def test_lower_quality_is_further_off():
    image = to_tensor(read(PHOTOGRAPH)[:128, :128])
    errors = [(compress(image, torch.tensor([q])) - image).square().mean() for q in (5, 20, 50, 80, 100)]
    assert errors == sorted(errors, reverse=True)


def test_quality_is_whole_and_covers_its_range(draws):
    work = Jpeg(2, quality_range=[30, 32])(Work((torch.rand(1, 1, 8, 8),) * 100, (8, 8)), draws(100))
    assert set(work.drawn["quality"].tolist()) == {30, 31, 32}


@pytest.mark.parametrize(
    ("given", "message"),
    [([0, 50], "from 1 to 100, got 0"), ([50, 101], "from 1 to 100, got 101"), ([9, 5], "low <= high")],
)
def test_refusals(given, message):
    with pytest.raises(ValueError, match=f"quality_range.*{message}"):
        Jpeg(2, quality_range=given)
