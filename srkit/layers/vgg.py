"""The convolutions of VGG19 as a frozen network that extracts features of images."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

BLOCKS = (2, 2, 4, 4, 4)
"""Convolutions of each block."""

WIDTHS = (64, 128, 256, 512, 512)
"""Channels of each block."""

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Mean and standard deviation of ImageNet's RGB in [0,1]; torchvision's networks want inputs normalised by them."""

NAMES = tuple(f"{block}_{one}" for block, count in enumerate(BLOCKS, 1) for one in range(1, count + 1))
"""The convolutions as papers number them: 1_1, 1_2, 2_1, ... 5_4."""

POOLED = ("2_1", "3_1", "4_1", "5_1")
"""Convolutions behind a max-pool."""

SHOWN = 4


@dataclass(frozen=True)
class Layout:
    """The names of the convolutions in a file.

    Attributes:
        prefix: Text before the number of a convolution.
        first: Number of the first convolution.
        step: Step from one number to the next within a block; a pool adds one more.
        reflect: Whether images are mirrored at their edges; otherwise they are padded by zeros.
    """

    prefix: str
    first: int
    step: int
    reflect: bool

    def keys(self) -> Iterator[str]:
        """Yield the keys of the 16 convolutions."""
        number = self.first
        for count in BLOCKS:
            for _ in range(count):
                yield f"{self.prefix}{number}"
                number += self.step
            number += 1


TORCHVISION = Layout("features.", first=0, step=2, reflect=False)
FEATURES = Layout("", first=0, step=2, reflect=False)
NORMALISED = Layout("", first=2, step=3, reflect=True)


class VGG19(nn.Module):
    """The features of VGG19 (Simonyan and Zisserman 2015, configuration E) at some of its layers.

    It is frozen. Its weights are buffers that get no gradient and stand in no ``state_dict``:
    they follow ``to(device)``, and stay out of every checkpoint. Layers behind the last one
    that is asked for are neither kept nor computed.

    Args:
        tensors: The state_dict of torchvision's ``vgg19``, of its ``features``, or of the normalised
            network, which begins with a 1x1 convolution of its own. Convolutions at the end may be missing.
        layers: Names of the layers: convX_Y before the ReLU, reluX_Y behind it.

    Raises:
        ValueError: The tensors are none of these, or do not reach a layer.
    """

    def __init__(self, tensors: Mapping[str, Tensor], layers: Collection[str]) -> None:
        super().__init__()
        layout = _layout(tensors)
        self.reflect = layout.reflect
        places = {name: key for name, key in zip(NAMES, layout.keys(), strict=True) if f"{key}.weight" in tensors}
        _check(tensors, layout, places)
        path = [f"{kind}{name}" for name in places for kind in ("conv", "relu")]
        if missing := [layer for layer in layers if layer not in path]:
            raise ValueError(f"has no layer {missing[0]!r}; it has {', '.join(path)}")
        self.layers = sorted(layers, key=path.index)
        self.path = path[: 1 + path.index(self.layers[-1])]
        for name in dict.fromkeys(layer[4:] for layer in self.path):
            self._keep(name, tensors[f"{places[name]}.weight"], tensors[f"{places[name]}.bias"])
        self._keep("0", *((tensors["0.weight"], tensors["0.bias"]) if self.reflect else _normalisation()))

    @property
    def least(self) -> int:
        """The smallest side of an image, in pixels, for which the layers can be computed."""
        stride: int = 2 ** (int(self.layers[-1][4]) - 1)
        return 2 * stride if self.reflect else stride  # mirroring needs a second pixel

    def forward(self, image: Tensor) -> list[Tensor]:
        """Return the features (N,F,h,w) at every layer, shallow to deep, of RGB (N,3,H,W) in [0,1].

        Values outside of [0,1] are taken as they are: clipped, they would have no gradient.
        """
        x, found = self._convolved(image.contiguous(memory_format=torch.channels_last), "0"), []
        for layer in self.path:
            name = layer[4:]
            if layer.startswith("relu"):
                x = F.relu(x)
            else:
                x = self._convolved(F.max_pool2d(x, 2) if name in POOLED else x, name)
            if layer in self.layers:
                found.append(x)
        return found

    def _convolved(self, x: Tensor, name: str) -> Tensor:
        weight, bias = getattr(self, f"weight_{name}"), getattr(self, f"bias_{name}")
        around = weight.shape[-1] // 2
        if around and self.reflect:
            x, around = F.pad(x, (1, 1, 1, 1), mode="reflect"), 0
        return F.conv2d(x, weight, bias, padding=around)

    def _keep(self, name: str, weight: Tensor, bias: Tensor) -> None:
        # copies: the rest of the file must not stay in memory. Channels last is a third faster on a CPU
        kept = weight.detach().float().clone(memory_format=torch.channels_last)
        self.register_buffer(f"weight_{name}", kept, persistent=False)
        self.register_buffer(f"bias_{name}", bias.detach().float().clone(), persistent=False)


def _normalisation() -> tuple[Tensor, Tensor]:
    """Return ImageNet's normalisation as a 1x1 convolution."""
    mean, deviation = torch.tensor(MEAN), torch.tensor(DEVIATION)
    return torch.diag(1 / deviation)[:, :, None, None], -mean / deviation


def _layout(tensors: Mapping[str, Tensor]) -> Layout:
    if "features.0.weight" in tensors:
        return TORCHVISION
    if "0.weight" in tensors:
        return NORMALISED if tensors["0.weight"].shape[-2:] == (1, 1) else FEATURES
    raise ValueError(
        "wants a VGG19: torchvision's (features.0.weight, ...) or the normalised one (0.weight of 3x3x1x1, ...); "
        f"found {_few(list(tensors)) or 'nothing'}"
    )


def _check(tensors: Mapping[str, Tensor], layout: Layout, found: Mapping[str, str]) -> None:
    """Refuse tensors that are not those of VGG19's first convolutions, all of them and no others."""
    shapes: dict[str, tuple[int, ...]] = {"0.weight": (3, 3, 1, 1), "0.bias": (3,)} if layout.reflect else {}
    before = 3
    for name, key in found.items():
        width = WIDTHS[int(name[0]) - 1]
        shapes |= {f"{key}.weight": (width, before, 3, 3), f"{key}.bias": (width,)}
        before = width
    gaps = [f"missing convolution {name}" for name in NAMES[: len(found)] if name not in found]
    missing = [f"missing {key}" for key in shapes if key not in tensors]
    unknown = [f"unknown {key}" for key in tensors if key not in shapes and not key.startswith("classifier.")]
    wrong = [
        f"{key} wants {shape}, got {tuple(tensors[key].shape)}"
        for key, shape in shapes.items()
        if key in tensors and tensors[key].shape != shape
    ]
    if problems := gaps + missing + unknown + wrong:
        raise ValueError(f"wants the weights of VGG19, found others: {_few(problems)}")


def _few(lines: Sequence[str]) -> str:
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return ", ".join([*lines[:SHOWN], *more])
