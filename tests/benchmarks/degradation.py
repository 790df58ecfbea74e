"""The speed of drawing kernels and degrading images, compared with the obvious ways.

Run: python tests/benchmarks/degradation.py [threads] [real]
"""

from __future__ import annotations

import itertools
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import one_by_one_opencv
import torch
from one_by_one import degraded as one_by_one_degraded
from scipy.ndimage import center_of_mass, shift
from scipy.signal import convolve2d
from torch import Tensor
from torch.nn import functional as F

from srkit.cli.experiment import read_experiment
from srkit.datasets.samples import samples
from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.degrading.blur import blur, mirrored
from srkit.draws import Draws
from srkit.image.convert import to_tensor
from srkit.plugins import load_catalog

CONFIGS = Path(__file__).parents[2] / "configs"


def draws_of(count: int) -> Draws:
    """Return the draws of ``count`` images."""
    return Draws.of((0, number) for number in range(count))


def best(run: Callable[[], object], seconds: float = 1.0) -> float:
    """Return the shortest time of ``run``, in milliseconds."""
    run()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def formula(inverse: np.ndarray, centre: float, side: int) -> np.ndarray:
    """KernelGAN's Gaussian, all pixels at once."""
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    z = np.stack([x, y], 2)[..., None] - centre
    return np.exp(-0.5 * np.squeeze(z.transpose(0, 1, 3, 2) @ inverse @ z))


def formula_by_pixels(inverse: np.ndarray, centre: float, side: int) -> np.ndarray:
    """The same in its most direct form."""
    kernel = np.zeros((side, side))
    for row in range(side):
        for column in range(side):
            z = np.array([column, row]) - centre
            kernel[row, column] = math.exp(-0.5 * z @ inverse @ z)
    return kernel


def one_by_one(count: int, times: int, gaussian: Callable[[np.ndarray, float, int], np.ndarray]) -> np.ndarray:
    """Draw kernels as KernelGAN's gen_kernel does, in a loop over images; compose each."""
    rng, side, centre, result = np.random.default_rng(0), 11, 5.5, []
    for _ in range(count):
        variances, theta = rng.uniform(0.6, 5.0, 2), rng.uniform(-math.pi, math.pi)
        rotation = np.array([[math.cos(theta), -math.sin(theta)], [math.sin(theta), math.cos(theta)]])
        raw = gaussian(np.linalg.inv(rotation @ np.diag(variances) @ rotation.T), centre, side)
        raw = raw * (1 + rng.uniform(-0.25, 0.25, (side, side)))
        kernel = shift(np.pad(raw, 2), centre - np.array(center_of_mass(raw)))[2:-2, 2:-2]
        composed = kernel = kernel / kernel.sum()
        for step in range(1, times):
            spread = np.zeros([(side - 1) * 2**step + 1] * 2)
            spread[:: 2**step, :: 2**step] = kernel
            composed = convolve2d(spread, composed)
        result.append(composed)
    return np.stack(result)


def padded_by(high: Tensor, reach: int) -> Tensor:
    rows, columns = (mirrored(length, reach, high.device) for length in high.shape[-2:])
    return high.index_select(-2, rows).index_select(-1, columns)


def by_fft(high: Tensor, kernels: Tensor, scale: int) -> Tensor:
    """Correlate everywhere in the frequency domain, then keep every scale-th pixel."""
    reach = kernels.shape[-1] // 2
    padded = padded_by(high, reach)
    size = padded.shape[-2:]
    product = torch.fft.rfft2(padded) * torch.fft.rfft2(kernels.to(high)[:, None], size).conj()
    height, width = high.shape[-2:]
    return torch.fft.irfft2(product, size)[..., :height:scale, :width:scale]


def by_unfold(high: Tensor, kernels: Tensor, scale: int) -> Tensor:
    """Cut out every window, then one matrix product."""
    side, (count, channels, height, width) = kernels.shape[-1], high.shape
    windows = F.unfold(padded_by(high, side // 2).flatten(0, 1)[:, None], side, stride=scale)
    weights = kernels.to(high).flatten(1).repeat_interleave(channels, 0)[:, None]
    return (weights @ windows).view(count, channels, height // scale, width // scale)


def draw() -> None:
    """Print how long it takes to draw kernels."""
    print(f"{'kernels':24}{'srkit':>12}{'image by image':>22}{'and pixel by pixel':>22}")
    for scale, side in ((2, 11), (4, 31), (8, 71)):
        part = AnisotropicGaussian(scale)
        for count in (16, 256):
            ours = best(lambda: part.kernels(draws_of(count)))  # noqa: B023 - run at once
            row = f"x{scale} {side}x{side}, {count} of them".ljust(24) + f"{ours:9.2f} ms"
            for way in (formula, formula_by_pixels):
                theirs = best(lambda: one_by_one(count, part.times, way))  # noqa: B023
                row += f"{theirs:11.1f} ms {theirs / ours:6.0f}x"
            print(row)


def degrade() -> None:
    """Print how long it takes to blur and subsample."""
    ways = {"strided": blur, "fft": by_fft, "unfold": by_unfold}
    print(f"\n{'blur and keep every s-th':36}" + "".join(f"{name:>14}" for name in ways))
    shapes = [(scale, (16, 1, 128, 128)) for scale in (2, 4, 8)] + [
        (2, (1, 3, 1500, 2000)),
        (4, (1, 3, 1500, 2000)),
    ]
    for scale, shape in shapes:
        high = torch.rand(shape)
        kernels = AnisotropicGaussian(scale).kernels(draws_of(len(high)))
        wanted = blur(high, kernels, scale)
        row = f"x{scale} {kernels.shape[-1]}x{kernels.shape[-1]} on {shape}".ljust(36)
        for way in ways.values():
            if way is by_unfold and high.numel() > 1e6:
                row += f"{'too large':>14}"  # the windows of a whole image: gigabytes
                continue
            torch.testing.assert_close(way(high, kernels, scale), wanted, rtol=0, atol=1e-5)
            row += f"{best(lambda: way(high, kernels, scale)):11.2f} ms"  # noqa: B023 - run at once
        print(row)
    print()
    for channels in (1, 3):
        high, part = torch.rand(16, channels, 128, 128), AnisotropicGaussian(4)
        whole = best(lambda: part(high, draws_of(16)))  # noqa: B023
        print(f"a batch of 16 with {channels} channels at x4, kernels and all: {whole:.2f} ms")


def real() -> None:
    """Print how long Real-ESRGAN's chain takes beside the obvious loops, and beside a step of training."""
    experiment, _, _ = read_experiment(
        [str(CONFIGS / "tiny.yaml"), f"degradation=${{file:{CONFIGS / 'degradations' / 'real_esrgan.yaml'}}}"]
    )
    chain, high = experiment.degradation(4), crops_of(16, 256)
    numbers, rng = itertools.count(), np.random.default_rng(0)
    arrays = [np.ascontiguousarray(image.permute(1, 2, 0).numpy()[..., ::-1]) for image in high]

    def ours() -> None:
        chain(high, Draws.numbered([next(numbers) for _ in high], "degrade", 0))

    def by_torch() -> None:
        for image in high.split(1):
            one_by_one_degraded(image, 4, rng)

    def by_opencv() -> None:
        for image in arrays:
            one_by_one_opencv.degraded(image, 4, rng)

    network = load_catalog().build("model", "edsr", 4, 3)
    optimizer = torch.optim.Adam(network.parameters())
    low = F.avg_pool2d(high, 4)

    def step() -> None:
        optimizer.zero_grad()
        F.l1_loss(network(low), high).backward()
        optimizer.step()

    # what a batch draws decides how long it takes, so means are compared, in turns
    names = {
        "srkit's chain": ours,
        "NumPy and OpenCV, one image at a time": by_opencv,
        "PyTorch, one image at a time": by_torch,
        "a training step of edsr (baseline) on them": step,
    }
    times: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(17):
        for name, run in names.items():
            if run is step and turn % 5:
                continue
            start = time.process_time()
            run()
            if turn:
                times[name].append(1000 * (time.process_time() - start))
    print("\nReal-ESRGAN's chain, 16 crops of 256 at x4".ljust(46) + f"{'CPU time':>12}{'chain = 1':>12}")
    one = sum(times["srkit's chain"]) / len(times["srkit's chain"])
    for name, some in times.items():
        mean = sum(some) / len(some)
        print(f"{name:45}{mean:9.0f} ms{mean / one:11.1f}x")
    training = times["a training step of edsr (baseline) on them"]
    print(f"the chain takes {100 * one / (sum(training) / len(training)):.1f} % of a training step")


def crops_of(count: int, side: int) -> Tensor:
    """Return crops (N,3,side,side) of srkit's photographs."""
    images = samples(split="train")
    crops = []
    for number in range(count):
        pixels = to_tensor(images.high(number % len(images))).expand(-1, 3, -1, -1)
        top, left = ((37 * number) % (length - side) for length in pixels.shape[-2:])
        crops.append(pixels[..., top : top + side, left : left + side])
    return torch.cat(crops)


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    cv2.setNumThreads(torch.get_num_threads())
    if "real" not in sys.argv:
        draw()
        degrade()
    real()
