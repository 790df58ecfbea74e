"""The features of AlexNet and VGG16 that LPIPS compares, from torchvision's files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from torch import Tensor, nn
from torch.nn import functional as F

TrunkName = Literal["alex", "vgg"]


class Convolution(NamedTuple):
    """A convolution of a trunk, which is followed by ReLU."""

    number: int
    """Its number in torchvision's file, as in ``features.N.weight``."""
    width: int
    kernel: int = 3
    stride: int = 1
    padding: int = 1
    pool: int = 0
    """Side of the max-pooling of stride 2 before it; 0 for none."""
    taken: bool = False
    """Whether the features behind its ReLU are compared."""


TRUNKS: Mapping[TrunkName, tuple[Convolution, ...]] = {
    "alex": (
        Convolution(0, 64, kernel=11, stride=4, padding=2, taken=True),
        Convolution(3, 192, kernel=5, padding=2, pool=3, taken=True),
        Convolution(6, 384, pool=3, taken=True),
        Convolution(8, 256, taken=True),
        Convolution(10, 256, taken=True),
    ),
    "vgg": tuple(
        Convolution(number, width, pool=2 if number in (5, 10, 17, 24) else 0, taken=number in (2, 7, 14, 21, 28))
        for numbers, width in (((0, 2), 64), ((5, 7), 128), ((10, 12, 14), 256), ((17, 19, 21, 24, 26, 28), 512))
        for number in numbers
    ),
}


class Trunk(nn.Module):
    """The convolutions of AlexNet or VGG16. Its weights are buffers that get no gradient and are not saved.

    Args:
        tensors: The state_dict of torchvision's ``alexnet`` or ``vgg16``.
        name: Which of the two it is.

    Raises:
        ValueError: The tensors are others.
    """

    def __init__(self, tensors: Mapping[str, Tensor], name: TrunkName) -> None:
        super().__init__()
        self.convolutions = TRUNKS[name]
        before = 3
        for one in self.convolutions:
            for kind, shape in (("weight", (one.width, before, one.kernel, one.kernel)), ("bias", (one.width,))):
                found = tensors.get(f"features.{one.number}.{kind}")
                if found is None or found.shape != shape:
                    got = "none" if found is None else tuple(found.shape)
                    title = "AlexNet" if name == "alex" else "VGG16"
                    raise ValueError(
                        f"wants torchvision's {title}, features.{one.number}.{kind} of {shape}, found {got}"
                    )
                self.register_buffer(f"{kind}_{one.number}", found.detach().float().clone(), persistent=False)
            before = one.width

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return the five features (N,F,h,w) of an image (N,3,H,W) whose channels are normalised."""
        found = []
        for one in self.convolutions:
            if one.pool:
                x = F.max_pool2d(x, one.pool, 2)
            weight, bias = (getattr(self, f"{kind}_{one.number}") for kind in ("weight", "bias"))
            x = F.relu(F.conv2d(x, weight, bias, one.stride, one.padding))
            if one.taken:
                found.append(x)
        return found

    @staticmethod
    def least(name: TrunkName) -> int:
        """Return the side in pixels of the smallest image that a trunk takes."""
        return 31 if name == "alex" else 16


def unit(x: Tensor) -> Tensor:
    """Return features (N,F,h,w) divided by their length at every place."""
    return x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10)
