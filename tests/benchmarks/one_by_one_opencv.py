"""Real-ESRGAN's degradation as data sets do it in their workers: one image at a time, in NumPy and OpenCV.

It has the steps and the numbers of configs/degradations/real_esrgan.yaml, in the operations of BasicSR's
``degradations.py``: ``filter2D``, ``resize``, ``randn``, ``poisson`` and the codec.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from one_by_one import factor, kernel, ringing

MODES = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC)


def degraded(image: np.ndarray, scale: int, rng: np.random.Generator) -> np.ndarray:
    """Return LR (h/s,w/s,3) of one image (h,w,3), BGR float32 in [0,1]."""
    low = [side // scale for side in image.shape[:2]]
    image = cv2.filter2D(image, -1, kernel(rng, 3.0))
    times = factor(rng, (0.2, 0.7, 0.1), (0.15, 1.5))
    image = resized(image, [int(side * times) for side in image.shape[:2]], rng)
    image = compressed(noisy(image, rng, 30, 3.0), rng.integers(30, 96))
    if rng.uniform() < 0.8:
        image = cv2.filter2D(image, -1, kernel(rng, 1.5))
    times = factor(rng, (0.3, 0.4, 0.3), (0.3, 1.2))
    image = noisy(resized(image, [int(side * times) for side in low], rng), rng, 25, 2.5)
    sinc = rng.uniform() < 0.8
    weights = ringing(rng.uniform(math.pi / 3, math.pi), int(rng.choice(range(7, 22, 2)))) if sinc else None
    jpeg_first = rng.uniform() < 0.5
    if jpeg_first:
        image = compressed(image, rng.integers(30, 96))
    image = resized(image, low, rng)
    image = image if weights is None else cv2.filter2D(image, -1, weights)
    if not jpeg_first:
        image = compressed(image, rng.integers(30, 96))
    return np.clip((image * 255).round(), 0, 255) / 255


def resized(image: np.ndarray, size: list[int], rng: np.random.Generator) -> np.ndarray:
    return cv2.resize(image, size[::-1], interpolation=int(rng.choice(MODES)))


def noisy(image: np.ndarray, rng: np.random.Generator, sigma: float, strength: float) -> np.ndarray:
    gray = rng.uniform() < 0.4
    if rng.uniform() < 0.5:
        shape = (*image.shape[:2], 1) if gray else image.shape
        noise = np.float32(np.random.randn(*shape)) * rng.uniform(1, sigma) / 255
    else:
        light = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[..., None] if gray else image
        light = np.clip((light * 255).round(), 0, 255) / 255
        photons = 2 ** np.ceil(np.log2(len(np.unique(light))))
        noise = (np.float32(np.random.poisson(light * photons) / photons) - light) * rng.uniform(0.05, strength)
    return np.clip(image + noise, 0, 1).astype(np.float32)


def compressed(image: np.ndarray, quality: int) -> np.ndarray:
    data = cv2.imencode(".jpg", np.clip(image, 0, 1) * 255.0, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1]
    return np.float32(cv2.imdecode(data, 1)) / 255.0
