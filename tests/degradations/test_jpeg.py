import cv2
import numpy as np
import pytest
import torch

from srkit.datasets.samples import samples
from srkit.degradations.jpeg import Jpeg, compress
from srkit.image.convert import to_tensor, to_uint8

PHOTOGRAPH = samples(split="validate").high(1)[:200, :250]


def libjpeg(image, quality):
    pixels = image[..., ::-1] if image.shape[-1] == 3 else image
    data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    decoded = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    return decoded[..., ::-1] if decoded.ndim == 3 else decoded[..., None]


@pytest.mark.parametrize("quality", [10, 50, 75, 95])
@pytest.mark.parametrize("channels", [1, 3])
def test_it_is_what_libjpeg_does(quality, channels):
    """Up to a small share of what is lost: decoders are free in the DCT's last digits and in chroma's rounding."""
    image = PHOTOGRAPH[..., :channels]
    ours = to_uint8(compress(to_tensor(image), torch.tensor([float(quality)]))).astype(float)
    theirs = libjpeg(image, quality).astype(float)
    lost = np.abs(theirs - image).mean()
    assert np.abs(ours - theirs).mean() < max((0.12 if channels == 1 else 0.33) * lost, 0.3)


def test_a_batch_is_its_images_and_quality_is_drawn():
    batch = torch.cat([to_tensor(PHOTOGRAPH), to_tensor(PHOTOGRAPH[::-1].copy())])
    coded, drawn = Jpeg(2, quality_range=[20.0, 90.0]).trace(batch, torch.Generator().manual_seed(0))
    for index in range(2):
        alone = compress(batch[index : index + 1], drawn["quality"][index : index + 1])
        assert torch.equal(coded[index : index + 1], alone)


def test_lower_quality_loses_more():
    image = to_tensor(PHOTOGRAPH)
    lost = [(compress(image, torch.tensor([q])) - image).abs().mean() for q in (10.0, 50.0, 95.0)]
    assert lost[0] > lost[1] > lost[2] > 0
    with pytest.raises(ValueError, match="quality_range must not go above 100"):
        Jpeg(2, quality_range=[50.0, 101.0])
