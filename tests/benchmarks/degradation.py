"""How fast kernels are drawn and a batch degraded: python tests/benchmarks/degradation.py.

Prints the batched kernels beside the obvious numpy loop over images and pixels, and the blur beside
FFT and unfold, all in one run.
"""

import math
import time

import numpy as np
import torch
from scipy import ndimage
from torch.nn import functional as F

from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.degradations.blur import blur, mirrored

BATCH, PATCH, SCALE = 16, 128, 4


def loop(count, random):
    """KernelGAN's kernels, one image and one pixel at a time; the x2 kernel composed with itself."""
    found = []
    for _ in range(count):
        l1, l2 = random.uniform(0.6, 5.0, 2)
        theta = random.uniform(-math.pi, math.pi)
        turn = np.array([[math.cos(theta), -math.sin(theta)], [math.sin(theta), math.cos(theta)]])
        inverse = np.linalg.inv(turn @ np.diag([l1, l2]) @ turn.T)
        kernel = np.zeros((11, 11))
        for row in range(11):
            for column in range(11):
                z = np.array([column - 5.5, row - 5.5])
                kernel[row, column] = math.exp(-0.5 * z @ inverse @ z) * (1 + random.uniform(-0.25, 0.25))
        kernel = ndimage.shift(kernel, 5.5 - np.array(ndimage.center_of_mass(kernel)))  # as kernel_shift does
        kernel /= kernel.sum()
        large = np.zeros((31, 31))
        for row in range(11):
            for column in range(11):
                large[2 * row : 2 * row + 11, 2 * column : 2 * column + 11] += kernel[row, column] * kernel
        found.append(large)
    return np.stack(found)


def by_fft(high, kernels):
    size = high.shape[-1] + kernels.shape[-1] - 1
    reach = kernels.shape[-1] // 2
    padded = high[..., mirrored(high.shape[-1], reach, high.device), :]
    padded = padded[..., mirrored(high.shape[-1], reach, high.device)]
    product = (
        torch.fft.rfft2(padded, (size + reach,) * 2) * torch.fft.rfft2(kernels, (size + reach,) * 2)[:, None].conj()
    )
    return torch.fft.irfft2(product, (size + reach,) * 2)[..., : high.shape[-1] : SCALE, : high.shape[-1] : SCALE]


def by_unfold(high, kernels):
    side, reach = kernels.shape[-1], kernels.shape[-1] // 2
    padded = high[..., mirrored(high.shape[-1], reach, high.device), :]
    padded = padded[..., mirrored(high.shape[-1], reach, high.device)]
    columns = F.unfold(padded, side, stride=SCALE)
    low = torch.einsum("nkl,nk->nl", columns, kernels.reshape(len(kernels), -1))
    return low.view(len(high), 1, PATCH // SCALE, PATCH // SCALE)


def median_ms(work, times=15):
    work()
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return 1000 * sorted(found)[len(found) // 2]


def main():
    part, generator, random = AnisotropicGaussian(SCALE), torch.Generator().manual_seed(0), np.random.default_rng(0)
    high = torch.rand(BATCH, 1, PATCH, PATCH)
    kernels = part.kernels(BATCH, generator).float()
    for count in (BATCH, 256):
        ours = median_ms(lambda count=count: part.kernels(count, generator))
        slow = median_ms(lambda count=count: loop(count, random), 3)
        print(f"{count} kernels of 31x31: {ours:.2f} ms; numpy loop {slow:.0f} ms; {slow / ours:.0f} times as fast")
    ways = {"strided convolution (srkit)": lambda h, k: blur(h, k, SCALE), "fft": by_fft, "unfold": by_unfold}
    for name, run in ways.items():
        off = float((run(high, kernels) - blur(high, kernels, SCALE)).abs().max())
        print(f"blur by {name}: {median_ms(lambda run=run: run(high, kernels)):.2f} ms (differs by {off:.1g})")
    whole = median_ms(lambda: part(high, generator))
    print(f"degrading a batch of {BATCH} crops of {PATCH}x{PATCH}, all in: {whole:.2f} ms")


if __name__ == "__main__":
    main()
