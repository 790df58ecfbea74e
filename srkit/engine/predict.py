"""A network of luma or of RGB, applied to any image."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from srkit.engine.precision import Precision, autocast
from srkit.image.color import gray_to_y, rgb_to_ycbcr, y_to_gray, ycbcr_to_rgb
from srkit.image.convert import gray_to_rgb
from srkit.image.resize import resize


@torch.inference_mode()
def predict(
    model: nn.Module,
    low: Tensor,
    *,
    scale: int,
    color: str,
    device: torch.device,
    precision: Precision = "fp32",
) -> Tensor:
    """Upscale one LR image (1,C,h,w) in [0,1] to (1,C,s*h,s*w) in [0,1], on the CPU.

    A network of Y is applied to BT.601 luma; Cb and Cr are enlarged by bicubic, and
    all go back to RGB, as LapSRN's evaluation does. A gray image counts as RGB with three
    equal channels on the way in, and comes back gray.
    """
    model.eval()
    rgb = gray_to_rgb(low.to(device))
    high = enlarge(lambda image: _run(model, image, precision), rgb, scale=scale, color=color)
    return high[:, : low.shape[1]].clamp(0, 1).cpu()


def enlarge(network: Callable[[Tensor], Tensor], image: Tensor, *, scale: int, color: str) -> Tensor:
    """Apply a network of luma or of RGB to gray (N,1,h,w) or RGB (N,3,h,w) in [0,1]; the result is not clipped."""
    if color == "rgb":
        return network(gray_to_rgb(image))[:, : image.shape[1]]
    if image.shape[1] == 1:
        return y_to_gray(network(gray_to_y(image)))
    ycbcr = rgb_to_ycbcr(image)
    luma = network(ycbcr[:, :1].contiguous())
    return ycbcr_to_rgb(torch.cat([luma, resize(ycbcr[:, 1:], scale)], 1))


def _run(model: nn.Module, image: Tensor, precision: Precision) -> Tensor:
    with autocast(image.device, precision):
        result: Tensor = model(image)
    return result.float()
