"""A network of spandrel as srkit calls networks."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from srkit.network.needs import Needs
from srkit_spandrel.package import spandrel


class Community(nn.Module):
    """A network of spandrel: (N,C,H,W) in [0,1] to (N,C,sH,sW), not clipped.

    Its tensors have the names that they have in spandrel, behind ``network.``.

    Args:
        descriptor: What spandrel says of the network, which it contains.
        halo: Input pixels around a tile that decide about it; None enlarges images whole.
        multiple: Tiles begin at multiples of so many input pixels.
    """

    def __init__(self, descriptor: Any, *, halo: int | None = None, multiple: int = 1) -> None:
        super().__init__()
        self.network: nn.Module = descriptor.model
        # the public call clips, which would hide gradients; some networks return more than the image
        self._call = descriptor._call_fn
        self.scale: int = descriptor.scale
        self.least = max(1, descriptor.size_requirements.minimum)
        self.multiple_of: int = descriptor.size_requirements.multiple_of
        self._whole = halo is None and not tiles(descriptor)
        self._halo, self._multiple = halo, max(multiple, self.multiple_of)
        self._half: bool = descriptor.supports_bfloat16

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW); an image of a size that does not fit is mirrored, as by spandrel."""
        height, width = low.shape[-2:]
        high: Tensor = self._call(self.network, padded(low, self.least, self.multiple_of))
        return high[..., : height * self.scale, : width * self.scale]

    @property
    def needs(self) -> Needs:
        """What spandrel says about sizes, tiles and number formats."""
        return Needs(self._halo, self._multiple, self.least, self._half, self._whole)


def tiles(descriptor: Any) -> bool:
    """Return whether spandrel says that the network may see an image in tiles, without discouraging it."""
    return bool(descriptor.tiling is spandrel().ModelTiling.SUPPORTED)


def padded(image: Tensor, least: int, multiple: int) -> Tensor:
    """Return another image whose sides are multiples of ``multiple`` and at least ``least``.

    It goes on to the right and below with its mirror image, and with its last pixel where that is too short.
    """
    height, width = image.shape[-2:]
    below, beside = (-(-max(side, least) // multiple) * multiple - side for side in (height, width))
    if not (below or beside):
        return image.clone()  # some networks change the tensor that they are given
    mirrored = min(beside, width - 1), min(below, height - 1)
    image = F.pad(image, (0, mirrored[0], 0, mirrored[1]), mode="reflect")
    return F.pad(image, (0, beside - mirrored[0], 0, below - mirrored[1]), mode="replicate")
