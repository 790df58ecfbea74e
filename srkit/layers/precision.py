"""The number format of images inside a network."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from srkit.image.full_precision import full_precision


def in_full_precision(module: nn.Module, x: Tensor) -> Tensor:
    """Apply ``module``, whose input or output is an image, in float32, also under autocast.

    From 0.5 to 1, bf16 has steps of a whole grey level, which would be visible in an image. So a network computes
    its last layer in this way, and whatever enlarges the image itself.
    """
    with full_precision(x.device):
        result: Tensor = module(x.float() if x.dtype in (torch.bfloat16, torch.float16) else x)
    return result
