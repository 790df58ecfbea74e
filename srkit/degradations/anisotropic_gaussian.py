"""A random anisotropic Gaussian kernel for every image, as DIV2KRK has it."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from torch import Tensor

import srkit
from srkit.degrading.blur import blur
from srkit.degrading.kernels import centred, compose, gaussian, normalised
from srkit.degrading.ranges import span_of, stretched
from srkit.draws import Draws
from srkit.image.convert import quantise


@srkit.degradation("anisotropic_gaussian")
class AnisotropicGaussian:
    """Blur every image with its own random anisotropic Gaussian kernel, then keep every s-th pixel.

    The defaults are DIV2KRK's (Bell-Kligler et al. 2019): at x2 an 11x11 kernel with
    variances from 0.6 to 5 (the paper's; the released code says 0.35, but no released kernel is below
    0.6); at x4 and x8 that kernel applied two and three times, which is one 31x31 or 71x71
    kernel. Other scales than powers of two get a single Gaussian with the size and the variance of
    the composed kernel.

    Args:
        lambda_range: Smallest and largest eigenvalue of the covariance.
        unit: Whether lambda_range is variances in pixels squared (KernelGAN, KAIR) or standard deviations
            in pixels (BasicSR, DAN): std for variance costs bicubic about 1 dB, another benchmark.
        theta_range: Smallest and largest angle of the first axis, in radians.
        noise: Largest relative change of each kernel value.
        noise_kind: symmetric changes by -noise to noise, positive by 0 to noise.
        kernel_size: Side of the kernel in pixels, odd; with compose, that of the x2 kernel.
        compose: Whether size and range are those of x2, and kernels are composed; else they hold for the scale.
        align: Whether to shift the centre of mass so that LR pixels lie in the middle of their blocks (KernelGAN);
            false leaves it in the middle of the kernel (BasicSR, DAN), and LR is off by (scale-1)/2 HR pixels.
        quantise: Whether LR is rounded to 8 bits.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        lambda_range: list[Annotated[float, srkit.Range(above=0)]] = [0.6, 5.0],  # noqa: B006 - read, never changed
        unit: Literal["variance", "std"] = "variance",
        theta_range: list[float] = [-math.pi, math.pi],  # noqa: B006
        noise: Annotated[float, srkit.Range(0, below=1)] = 0.25,
        noise_kind: Literal["symmetric", "positive"] = "symmetric",
        kernel_size: Annotated[int, srkit.Range(3, odd=True)] = 11,
        compose: bool = True,
        align: bool = True,
        quantise: bool = True,
    ) -> None:
        if scale < 2:
            raise ValueError(f"scale must be at least 2, got {scale}")
        low, high = span_of("lambda_range", lambda_range)
        self.scale, self.align, self.quantise = scale, align, quantise
        self.theta = span_of("theta_range", theta_range)
        self.noise = (1 - noise if noise_kind == "symmetric" else 1.0, 1 + noise)
        self.variances = (low, high) if unit == "variance" else (low**2, high**2)
        self.side, self.times, stride = kernel_size, 1, scale
        if compose and scale & (scale - 1) == 0:
            self.times, stride = scale.bit_length() - 1, 2
        elif compose:
            # applied n times, a kernel of variance v has v * (1 + 4 + ... + 4**(n-1)) = v * (scale**2 - 1) / 3
            grown = (scale**2 - 1) / 3
            self.variances = (self.variances[0] * grown, self.variances[1] * grown)
            self.side = (kernel_size - 1) * (scale - 1) + 1
        shift = (stride - 1) / 2 if align else 0.0
        self.centre = (self.side - 1) / 2 + shift
        if self.centre > self.side - 1.5:
            raise ValueError(
                f"kernel_size must leave room to shift the kernel by {shift:g} pixels at scale {scale}: "
                f"wants at least {math.ceil(shift) * 2 + 1}, got {kernel_size}"
            )

    def kernels(self, draws: Draws) -> Tensor:
        """Draw a kernel (N,k,k) for every image, each not negative and with sum 1, on the CPU in float64."""
        # all numbers in one call, which costs more than the numbers
        drawn = draws.uniform(3 + self.side**2).numpy()
        variances = stretched(drawn[:, :2], self.variances)
        theta = stretched(drawn[:, 2], self.theta)
        noise = stretched(drawn[:, 3:].reshape(-1, self.side, self.side), self.noise)
        kernels = gaussian(variances, theta, self.side, self.centre) * noise
        if self.align:
            kernels = centred(kernels, self.centre)
        return torch.from_numpy(compose(normalised(kernels), self.times))

    def trace(self, high: Tensor, draws: Draws) -> tuple[Tensor, dict[str, Tensor]]:
        """Return LR (N,C,H,W) of HR (N,C,sH,sW), and ``kernels`` (N,k,k)."""
        kernels = self.kernels(draws)
        low = blur(high, kernels, self.scale)
        return (quantise(low) if self.quantise else low), {"kernels": kernels}

    def __call__(self, high: Tensor, draws: Draws) -> Tensor:
        """Return LR (N,C,H,W) of HR (N,C,sH,sW)."""
        return self.trace(high, draws)[0]
