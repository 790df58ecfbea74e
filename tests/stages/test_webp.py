from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

import srkit.datasets
from srkit.image.convert import to_tensor, to_uint8
from srkit.image.files import read
from srkit.stages import webp
from srkit.stages.webp import WebP
from srkit.work import Work

PHOTOGRAPH = Path(srkit.datasets.__file__).parent / "photographs" / "validate" / "chelsea.webp"


@pytest.mark.parametrize("quality", [5, 60, 100])
def test_it_is_what_a_file_keeps(quality, tmp_path, draws):
    image = read(PHOTOGRAPH)[:61, :70]
    cv2.imwrite(str(tmp_path / "x.webp"), image[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, quality])
    stage = WebP(2, quality_range=[quality, quality])
    after = stage(Work((to_tensor(image),), (8, 8)), draws(1))
    np.testing.assert_array_equal(to_uint8(after.images[0]), read(tmp_path / "x.webp"))
    assert after.drawn["quality"].tolist() == [quality]


def test_lower_quality_is_further_off_and_gray_stays_gray(draws):
    image = to_tensor(read(PHOTOGRAPH)[:64, :64, :1])
    work = [WebP(2, quality_range=[q, q])(Work((image,), (8, 8)), draws(1)).images[0] for q in (5, 30, 90)]
    errors = [(after - image).square().mean() for after in work]
    assert errors == sorted(errors, reverse=True)
    flat = torch.full((1, 1, 16, 16), 100 / 255)
    torch.testing.assert_close(
        WebP(2, quality_range=[90, 90])(Work((flat,), (8, 8)), draws(1)).images[0], flat, rtol=0, atol=2.01 / 255
    )


def test_an_opencv_without_webp_is_refused_before_training(monkeypatch):
    monkeypatch.setattr(webp, "can_write", lambda _: False)
    with pytest.raises(ValueError, match="this OpenCV has no WebP; install opencv-python-headless from PyPI"):
        WebP(2)
