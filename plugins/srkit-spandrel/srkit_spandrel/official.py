"""Networks that srkit and spandrel both have: their tensors under the names of their authors."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from srkit_spandrel.architectures import classes
from srkit_spandrel.recognise import quiet

Tensors = Mapping[str, Tensor]

CHAIN = {"beside": "sk", "first": "conv.0", "middle": "conv.1", "last": "conv.2"}
BLOCKS = 6
"""Blocks of SPAN in spandrel."""
LAYER = {
    "norm_attention": "norm1",
    "attention.bias": "attn.relative_position_bias_table",
    "attention.mix": "attn.qkv",
    "attention.join": "attn.proj",
    "norm_mixer": "norm2",
    "mixer.0": "mlp.fc1",
    "mixer.2": "mlp.fc2",
}
OUTSIDE = {
    "embed": "conv_first",
    "norm_first": "patch_embed.norm",
    "norm_last": "norm",
    "last": "conv_after_body",
    "upsampler.conv": "upsample.0",
}


def compact(tensors: Tensors) -> dict[str, Tensor]:
    """Return the tensors of SRVGGNetCompact, whose last convolution makes the pixels of every phase."""
    _wants_subpixel(tensors)
    last = 1 + max(int(name.split(".")[1]) for name in tensors if name.startswith("body."))
    return {name.replace("upsampler.conv", f"body.{last}"): tensor for name, tensor in tensors.items()}


def span(tensors: Tensors) -> dict[str, Tensor]:
    """Return the tensors of SPAN in its form for training, which spandrel folds itself."""
    _wants_subpixel(tensors)
    blocks = 1 + max(int(name.split(".")[1]) for name in tensors if name.startswith("blocks."))
    if blocks != BLOCKS:
        raise ValueError(f"wants a span of {BLOCKS} blocks, found one of {blocks}")
    found: dict[str, Tensor] = {}
    layers = {"embed": "conv_1", "last": "conv_2"} | {
        f"blocks.{block}.convs.{conv}": f"block_{block + 1}.c{conv + 1}_r"
        for block in range(BLOCKS)
        for conv in range(3)
    }
    for ours, official in layers.items():
        if f"{ours}.weight" in tensors:
            chain = _unfolded(tensors[f"{ours}.weight"], tensors[f"{ours}.bias"])
        else:
            chain = {
                f"{theirs}.{kind}": tensors[f"{ours}.{name}.{kind}"]
                for name, theirs in CHAIN.items()
                for kind in ("weight", "bias")
            }
        found |= {f"{official}.{name}": tensor for name, tensor in chain.items()}
        sides = chain["sk.weight"].shape[:2]
        found |= {
            f"{official}.eval_conv.weight": torch.zeros(*sides, 3, 3),
            f"{official}.eval_conv.bias": torch.zeros(sides[0]),
        }
    return found | _joined(tensors, found["conv_1.sk.weight"].shape[0])


def swinir_light(tensors: Tensors) -> dict[str, Tensor]:
    """Return the tensors of SwinIR with its direct upsampler, and the tables that its file contains."""
    _wants_subpixel(tensors)
    features, channels = tensors["embed.weight"].shape[:2]
    places, heads = tensors["groups.0.layers.0.attention.bias"].shape
    window = (round(places**0.5) + 1) // 2
    groups, layers = (
        1 + max(int(number) for name in tensors for number in re.findall(pattern, name))
        for pattern in (r"^groups\.(\d+)\.", r"^groups\.\d+\.layers\.(\d+)\.")
    )
    with quiet():
        network = classes()["SwinIR"](
            img_size=8 * window,
            in_chans=channels,
            embed_dim=features,
            depths=[layers] * groups,
            num_heads=[heads] * groups,
            window_size=window,
            mlp_ratio=tensors["groups.0.layers.0.mixer.0.weight"].shape[0] / features,
            upscale=math.isqrt(tensors["upsampler.conv.weight"].shape[0] // channels),
            upsampler="pixelshuffledirect",
        )
    return network.state_dict() | {_swin_name(name): tensor for name, tensor in tensors.items()}


OFFICIAL: dict[str, Callable[[Tensors], dict[str, Tensor]]] = {
    "compact": compact,
    "span": span,
    "swinir_light": swinir_light,
}
"""By the name of the model part in srkit: returns the tensors that spandrel recognises."""


def _wants_subpixel(tensors: Tensors) -> None:
    weight = tensors.get("upsampler.conv.weight")
    if weight is None or weight.ndim != 4 or weight.shape[2:] != (3, 3) or "upsampler.conv.bias" not in tensors:
        raise ValueError("wants the upsampler subpixel with a kernel of 3 and a bias, found another")


def _unfolded(weight: Tensor, bias: Tensor) -> dict[str, Tensor]:
    """Return a chain of convolutions that is one 3x3 convolution (O,I,3,3), between two that pass on features."""
    outputs, inputs = weight.shape[:2]
    through, middle, out = (
        torch.zeros(2 * inputs, inputs),
        torch.zeros(2 * outputs, 2 * inputs, 3, 3),
        torch.zeros(outputs, 2 * outputs),
    )
    through[:inputs], out[:, :outputs] = torch.eye(inputs), torch.eye(outputs)
    middle[:outputs, :inputs] = weight
    return {
        "sk.weight": torch.zeros(outputs, inputs, 1, 1),
        "sk.bias": torch.zeros(outputs),
        "conv.0.weight": through[..., None, None],
        "conv.0.bias": torch.zeros(2 * inputs),
        "conv.1.weight": middle,
        "conv.1.bias": torch.cat([bias, torch.zeros(outputs)]),
        "conv.2.weight": out[..., None, None],
        "conv.2.bias": torch.zeros(outputs),
    }


def _joined(tensors: Tensors, features: int) -> dict[str, Tensor]:
    """Return the last layers; spandrel's have as many channels as the blocks, of which the rest are zero."""
    join, bias, up = tensors["join.weight"], tensors["join.bias"], tensors["upsampler.conv.weight"]
    more = features - join.shape[0]
    if more < 0:
        raise ValueError(f"wants a span of at most {features} joined features, found {join.shape[0]}")
    return {
        "conv_cat.weight": torch.cat([join, join.new_zeros(more, *join.shape[1:])]),
        "conv_cat.bias": torch.cat([bias, bias.new_zeros(more)]),
        "upsampler.0.weight": torch.cat([up, up.new_zeros(up.shape[0], more, *up.shape[2:])], 1),
        "upsampler.0.bias": tensors["upsampler.conv.bias"],
    }


def _swin_name(name: str) -> str:
    """Return the authors' name of a tensor of SwinIR."""
    module, _, kind = name.rpartition(".")
    found = re.fullmatch(r"groups\.(\d+)\.(?:layers\.(\d+)\.(.+)|conv)", module)
    if name.endswith(".attention.bias"):  # a parameter, of no layer
        found, kind = re.fullmatch(r"groups\.(\d+)\.layers\.(\d+)\.(.+)", name), ""
    if found is None:
        return f"{OUTSIDE[module]}.{kind}"
    group, layer, inside = found.groups()
    if layer is None:
        return f"layers.{group}.conv.{kind}"
    return f"layers.{group}.residual_group.blocks.{layer}.{LAYER[inside]}{kind and '.' + kind}"
