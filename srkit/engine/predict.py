"""A network of luma or of RGB, applied to any image."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from srkit.engine.precision import Precision, autocast
from srkit.image.color import rgb_to_ycbcr, ycbcr_to_rgb
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
    if color == "rgb":
        high = _run(model, rgb, precision)
    else:
        ycbcr = rgb_to_ycbcr(rgb)
        luma = _run(model, ycbcr[:, :1].contiguous(), precision)
        high = ycbcr_to_rgb(torch.cat([luma, resize(ycbcr[:, 1:], scale)], 1))
    return high[:, : low.shape[1]].clamp(0, 1).cpu()


def _run(model: nn.Module, image: Tensor, precision: Precision) -> Tensor:
    with autocast(image.device, precision):
        result: Tensor = model(image)
    return result.float()
