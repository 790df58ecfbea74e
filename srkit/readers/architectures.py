"""The networks whose official files are recognised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from srkit.readers.architecture import LEFT_OUT, Architecture, Shapes, count

SUBPIXEL = {"use": "subpixel"}


def _inside(before: str, names: Mapping[str, str], after: str) -> dict[str, str]:
    """Return the names of the tensors of a block, from their names inside it."""
    return {f"{before}.{official}": f"{after}.{ours}" for official, ours in names.items()}


ATTENTION = {"conv1": "squeeze", "conv_f": "skip", "conv2": "shrink", "conv4": "expand"}
COARSE = {"conv_max": "coarse.0", "conv3": "coarse.2", "conv3_": "coarse.4"}
CHANNELS = {"cca.conv_du.0": "squeeze", "cca.conv_du.2": "expand"}
DISTILLATION = {"c#_d": "keep.#", "c#_r": "refine.#", "c4": "last", "c5": "join"}
JOINED = {"fea_conv": "embed", "c.0": "body.join", "LR_conv": "last", "upsampler.0": "upsampler.conv"}


def _joined(shapes: Shapes) -> dict[str, Any]:
    return {"blocks": count(shapes, "body.blocks.#."), "features": shapes["last.weight"][0], "upsampler": SUBPIXEL}


def _rlfn(shapes: Shapes) -> dict[str, Any]:
    return {
        "blocks": count(shapes, "blocks.#."),
        "features": shapes["embed.weight"][0],
        "attention_features": shapes["blocks.0.attention.squeeze.weight"][0],
        "upsampler": SUBPIXEL,
    }


RLFN = {
    "conv_1": "embed",
    "block_#.c#_r": "blocks.#.convs.#",
    "block_#.c5": "blocks.#.join",
    **_inside("block_#.esa", ATTENTION | {"conv3": "coarse"}, "blocks.#.attention"),
    "conv_2": "last",
    "upsampler.0": "upsampler.conv",
}
RFDN = {
    **JOINED,
    **_inside("B#", DISTILLATION, "body.blocks.#.0"),
    **_inside("B#.esa", ATTENTION | COARSE, "body.blocks.#.1"),
}
IMDN = {
    **JOINED,
    "IMDB#.c4": "body.blocks.#.last",
    "IMDB#.c5": "body.blocks.#.join",
    "IMDB#.c#": "body.blocks.#.convs.#",
    **_inside("IMDB#", CHANNELS, "body.blocks.#.attention"),
}


def _separable(names: Mapping[str, str]) -> dict[str, str]:
    """Return the names of separable convolutions, which are two layers each."""
    return {
        f"{official}.{layer}": f"{ours}.{name}"
        for official, ours in names.items()
        for layer, name in (("pw", "point"), ("dw", "depth"))
    }


BSRN = {
    **_separable({"fea_conv": "embed", "c2": "last"}),
    **_inside("B#", DISTILLATION | _separable(DISTILLATION), "body.blocks.#.distillation"),
    **_inside("B#.esa", ATTENTION | _separable({"conv2": "shrink"} | COARSE), "body.blocks.#.attention"),
    **_inside("B#", CHANNELS | {"cw": "weight", "conv_out": "mix"}, "body.blocks.#.channels"),
    "c1": "body.join",
    "upsampler.upsampleOneStep.0": "upsampler.conv",
}


def _bsrn(shapes: Shapes) -> dict[str, Any]:
    return {
        "form": "challenge" if "embed.point.bias" in shapes else "paper",
        "blocks": count(shapes, "body.blocks.#."),
        "features": shapes["embed.point.weight"][0],
        "upsampler": SUBPIXEL,
    }


def _span(layers: Mapping[str, str | None]) -> dict[str, str]:
    """Return the names of SPAN from those of the layers that a convolution has; None is left out."""
    convolutions = {"conv_1": "embed", "conv_2": "last", "block_#.c#_r": "blocks.#.convs.#"}
    return {
        f"{official}.{layer}": LEFT_OUT if name is None else ours + name
        for official, ours in convolutions.items()
        for layer, name in layers.items()
    } | {"conv_cat": "join", "upsampler.0": "upsampler.conv"}


FOLDED: dict[str, str | None] = {"eval_conv": ""}
TRAINED: dict[str, str | None] = {
    "eval_conv": None,  # is computed from the others
    "sk": ".beside",
    "conv.0": ".first",
    "conv.1": ".middle",
    "conv.2": ".last",
}


def _span_options(shapes: Shapes) -> dict[str, Any]:
    joined, features = shapes["join.weight"][:2]
    return {
        "form": "folded" if "embed.weight" in shapes else "trained",
        "blocks": count(shapes, "blocks.#."),
        "features": features // 4,
        "joined_features": joined,
        "upsampler": SUBPIXEL,
    }


def _carn(residual: Mapping[str, str]) -> dict[str, str]:
    """Return the names of CARN or CARN-M, whose residual blocks differ."""
    steps = {f"body.{3 * step}": f"upsampler.steps.{2 * step}.conv" for step in range(3)}
    return {
        "sub_mean.shifter": LEFT_OUT,
        "add_mean.shifter": LEFT_OUT,
        "entry": "embed",
        "c#.body.0": "body.joins.#",
        "b#.c#.body.0": "body.blocks.#.joins.#",
        **residual,
        **{f"upsample.up.{name}": ours for name, ours in steps.items()},
        **{f"upsample.up{n}.{name}": f"{n}:{ours}" for n in (2, 3, 4) for name, ours in steps.items()},
        "exit": "last",
    }


CARN = {f"b#.b#.body.{layer}": f"body.blocks.#.blocks.#.convs.{layer}" for layer in (0, 2)}
CARN_M = {f"b#.b1.body.{layer}": f"body.blocks.#.blocks.0.convs.{layer}" for layer in (0, 2, 4)}


def _carn_options(shapes: Shapes) -> dict[str, Any]:
    return {"features": shapes["embed.weight"][0], "upsampler": SUBPIXEL}


def _carn_m_options(shapes: Shapes) -> dict[str, Any]:
    features = shapes["embed.weight"][0]
    convolutions = ("body.blocks.0.blocks.0.convs.0", "upsampler.steps.0.conv")
    of_body, of_upsampler = (features // shapes[f"{name}.weight"][1] for name in convolutions)
    return {"features": features, "groups": of_body, "upsampler": SUBPIXEL | {"groups": of_upsampler}}


LAYER = {
    "norm1": "norm_attention",
    "attn.relative_position_bias_table": "attention.bias",
    "attn.relative_position_index": LEFT_OUT,
    "attn.qkv": "attention.mix",
    "attn.proj": "attention.join",
    "norm2": "norm_mixer",
    "mlp.fc1": "mixer.0",
    "mlp.fc2": "mixer.2",
    "attn_mask": LEFT_OUT,
}
SWINIR = {
    "conv_first": "embed",
    "patch_embed.norm": "norm_first",
    **{
        f"layers.#.residual_group.blocks.#.{official}": ours and f"groups.#.layers.#.{ours}"
        for official, ours in LAYER.items()
    },
    "layers.#.conv": "groups.#.conv",
    "norm": "norm_last",
    "conv_after_body": "last",
    "upsample.0": "upsampler.conv",
}


def _swinir(shapes: Shapes) -> dict[str, Any]:
    (places, heads), features = shapes["groups.0.layers.0.attention.bias"], shapes["embed.weight"][0]
    return {
        "groups": count(shapes, "groups.#."),
        "layers": count(shapes, "groups.0.layers.#."),
        "features": features,
        "heads": heads,
        "window": (round(places**0.5) + 1) // 2,
        "expansion": shapes["groups.0.layers.0.mixer.0.weight"][0] // features,
        "upsampler": SUBPIXEL,
    }


ARCHITECTURES = (
    Architecture("bsrn", BSRN, _bsrn, embed="embed.point", copies=4),
    Architecture("carn", _carn(CARN), _carn_options),
    Architecture("carn_m", _carn(CARN_M), _carn_m_options),
    Architecture("imdn", IMDN, _joined),
    Architecture("rfdn", RFDN, _joined),
    Architecture("rlfn", RLFN, _rlfn),
    Architecture("span", _span(FOLDED), _span_options),
    Architecture("span", _span(TRAINED), _span_options, embed="embed.first"),
    Architecture("swinir_light", SWINIR, _swinir, first=0),
)
