"""The colours that a network works on, and its application to pictures of other colours."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import torch
from torch import Tensor

from srkit.image.color import gray_to_y, rgb_to_ycbcr, y_to_gray, ycbcr_to_rgb
from srkit.image.convert import gray_to_rgb
from srkit.image.resize import resize


class Color(Enum):
    """The colours of a network's input and output. The value stands for them in configs and checkpoints."""

    Y = "y"
    """Luma of BT.601 in studio range, [16/255, 235/255]; Cb and Cr are enlarged by bicubic."""
    RGB = "rgb"
    """Red, green and blue in [0,1]; a gray picture is repeated to three channels."""

    @property
    def channels(self) -> int:
        """Channels of the tensors that the network takes and gives."""
        return 1 if self is Color.Y else 3

    def apply(self, run: Callable[[Tensor], Tensor], image: Tensor, scale: int) -> Tensor:
        """Enlarge a picture by a network that works on these colours.

        A network of luma is applied to luma, Cb and Cr are enlarged by bicubic, and all become RGB again, as
        LapSRN's evaluation does. A gray picture comes back gray.

        Args:
            run: (N,C,h,w) to (N,C,s*h,s*w), C being ``channels``.
            image: Gray (N,1,h,w) or RGB (N,3,h,w) in [0,1].
            scale: s.

        Returns:
            (N,1,s*h,s*w) or (N,3,s*h,s*w), not clipped.
        """
        if self is Color.RGB:
            return run(gray_to_rgb(image))[:, : image.shape[1]]
        if image.shape[1] == 1:
            return y_to_gray(run(gray_to_y(image)))
        ycbcr = rgb_to_ycbcr(image)
        luma = run(ycbcr[:, :1].contiguous())
        return ycbcr_to_rgb(torch.cat([luma, resize(ycbcr[:, 1:], scale)], 1))
