import cv2
import numpy as np
import torch

from srkit.degrading.unsharp import sharpened


def test_it_is_the_unsharp_mask_of_opencv(picture):
    """The published formula, with OpenCV's Gaussian of 51 pixels, away from the edges, which it mirrors."""
    image = picture(1, 3, 160, 170)[0].permute(1, 2, 0).numpy()
    image[70:90] = 1 - image[70:90]  # edges
    difference = image - cv2.GaussianBlur(image, (51, 51), 0)
    mask = cv2.GaussianBlur((np.abs(difference) * 255 > 10).astype(np.float32), (51, 51), 0)
    wanted = mask * np.clip(image + 0.5 * difference, 0, 1) + (1 - mask) * image
    tensor = torch.from_numpy(image).permute(2, 0, 1)[None]
    ours = sharpened(tensor, amount=0.5, sigma=8.0, threshold=10.0)[0].permute(1, 2, 0).numpy()
    inside = (slice(55, -55), slice(55, -55))
    # a pixel just at the threshold may fall to the other side of it, and then moves the mask a little
    assert np.abs(ours - wanted)[inside].max() < 1e-3
    assert np.abs(ours - image)[inside].max() > 0.05


def test_faint_differences_stay(picture):
    image = 0.5 + 0.01 * picture(2, 1, 40, 40)
    assert torch.equal(sharpened(image, amount=2.0, sigma=3.0, threshold=10.0), image)
