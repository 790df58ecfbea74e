import cv2
import numpy as np
import pytest
import torch
from torch.nn import functional as F

from srkit.image.interpolate import interpolated


@pytest.mark.parametrize("mode", ["area", "bilinear", "bicubic"])
@pytest.mark.parametrize("size", [(7, 9), (40, 31), (41, 95), (13, 62), (1, 1)])
@pytest.mark.parametrize("channels", [1, 3])
def test_it_is_torch_s_interpolation(mode, size, channels):
    planes = torch.rand(channels, 40, 31)
    corners = None if mode == "area" else False
    wanted = F.interpolate(planes[None].double(), size, mode=mode, align_corners=corners)[0]
    found = torch.from_numpy(interpolated(planes.numpy(), *size, mode))
    torch.testing.assert_close(found, wanted.float(), rtol=0, atol=1e-6)


@pytest.mark.parametrize("mode", ["area", "bilinear", "bicubic"])
def test_the_number_of_threads_changes_no_bit(mode):
    planes, before = np.random.default_rng(0).random((3, 200, 300), np.float32), cv2.getNumThreads()
    try:
        found = []
        for threads in (1, 3):
            cv2.setNumThreads(threads)
            found.append(interpolated(planes, 170, 401, mode))
    finally:
        cv2.setNumThreads(before)
    assert np.array_equal(*found)
