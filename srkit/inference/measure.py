"""A model over images, under a protocol: what ``srkit evaluate`` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from srkit.data.examples import Example, examples
from srkit.engine.predict import predict
from srkit.errors import SrkitError
from srkit.image.color import luma
from srkit.image.convert import quantise
from srkit.image.resize import resize
from srkit.inference.ensemble import Ensemble
from srkit.inference.load import Loaded
from srkit.inference.protocol import Protocol
from srkit.plugins import Catalog
from srkit.slots import DegradationFn, ImageSet, MetricFn


@dataclass(frozen=True)
class Row:
    """The scores of one image by metric."""

    name: str
    scores: Mapping[str, float]


def measure(
    loaded: Loaded,
    images: ImageSet,
    protocol: Protocol,
    degradation: DegradationFn | None,
    catalog: Catalog,
    *,
    seed: int = 0,
    device: torch.device | None = None,
    metrics: Mapping[str, MetricFn] | None = None,
) -> Iterator[Row]:
    """Yield the scores of every image. LR is the set's own, or made by ``degradation``; None is bicubic.

    Raises:
        SrkitError: An image is too small for the protocol (named), or luma in floats is asked of a model
            of RGB or of a degradation other than bicubic.
    """
    if metrics is None:
        metrics = measuring({"psnr": {}, "ssim": {}}, loaded.scale, protocol, catalog)
    model: nn.Module = Ensemble(loaded.model) if protocol.ensemble else loaded.model
    place = device or torch.device("cpu")
    model = model.to(place, memory_format=torch.channels_last)  # type: ignore[call-overload]
    upscale = _luma_upscaler if protocol.space == "y" else _rgb_upscaler
    if protocol.space == "y" and (degradation is not None or images.scale is not None):
        raise SrkitError("--space y: shrinks luma by bicubic in floats; it goes with no other LR")
    if protocol.space == "y" and protocol.color == "rgb":
        raise SrkitError("--space y: shrinks and measures luma; it goes with --color y")
    if protocol.space == "y" and loaded.color == "rgb" and any(True for _ in model.parameters()):
        raise SrkitError(f"--space y: wants a model of luma, {loaded.name} is one of RGB")
    low = degradation or catalog.build("degradation", "bicubic", loaded.scale, edge=protocol.edge)
    for example in examples(images, scale=loaded.scale, degradation=low, seed=seed):
        high, target = upscale(model, example, loaded, protocol, place)
        yield Row(example.name, _scores(example.name, high, target, metrics))


def _rgb_upscaler(
    model: nn.Module, example: Example, loaded: Loaded, _protocol: Protocol, device: torch.device
) -> tuple[Tensor, Tensor]:
    high = predict(model, example.low, scale=loaded.scale, color=loaded.color, device=device)
    return high, example.high


@torch.inference_mode()
def _luma_upscaler(
    model: nn.Module, example: Example, loaded: Loaded, protocol: Protocol, device: torch.device
) -> tuple[Tensor, Tensor]:
    """Round luma, shrink it in floats, enlarge that: the published bicubic tables."""
    exact = example.high.double()
    target = quantise(luma(exact) if exact.shape[1] == 3 or protocol.gray == "repeat" else exact)
    low = resize(target, 1 / loaded.scale, edge=protocol.edge)
    learns = any(True for _ in model.parameters())
    high = model((low.float() if learns else low).to(device)).cpu()
    return high, target.to(high.dtype)


def measuring(
    metrics: Mapping[str, Mapping[str, Any]], scale: int, protocol: Protocol, catalog: Catalog
) -> dict[str, MetricFn]:
    """Build metrics by name; ``psnr`` and ``ssim`` measure as the protocol says, where their options do not."""
    return {
        name: catalog.build("metric", name, scale, **_options(name, protocol) | dict(options))
        for name, options in metrics.items()
    }


def _options(metric: str, protocol: Protocol) -> dict[str, Any]:
    if metric not in ("psnr", "ssim"):
        return {}
    gray = "as_is" if protocol.space == "y" else protocol.gray  # there it is luma that is measured
    return {"color": protocol.color, "border": protocol.border, "quantise": protocol.quantise, "gray": gray}


def _scores(image: str, high: Tensor, target: Tensor, metrics: Mapping[str, MetricFn]) -> dict[str, float]:
    try:
        return {name: float(metric(high, target)[0]) for name, metric in metrics.items()}
    except ValueError as error:
        raise SrkitError(f"{image}: cannot be measured: {error}") from None
