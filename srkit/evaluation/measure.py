"""Scores of a network on images under a protocol, as ``srkit evaluate`` prints them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from srkit.data.examples import Example, examples
from srkit.errors import SrkitError
from srkit.evaluation.ensemble import Ensemble
from srkit.evaluation.evaluate import evaluate
from srkit.evaluation.protocol import EvaluationProtocol
from srkit.image.color import luma
from srkit.image.convert import quantise
from srkit.image.resize import resize
from srkit.network.color import Color
from srkit.network.enlarger import NetworkEnlarger, enlarged
from srkit.network.network import Network
from srkit.parts.dataset import ImageSet
from srkit.parts.degradation import DegradationFn
from srkit.parts.metric import MetricFn
from srkit.plugins import Catalog


@dataclass(frozen=True)
class ImageScores:
    """The scores of one image by metric."""

    name: str
    scores: Mapping[str, float]


def measure(
    network: Network,
    images: ImageSet,
    protocol: EvaluationProtocol,
    degradation: DegradationFn | None,
    catalog: Catalog,
    *,
    seed: int = 0,
    device: torch.device | None = None,
    metrics: Mapping[str, MetricFn] | None = None,
    side: int | None = None,
) -> Iterator[ImageScores]:
    """Yield the scores of every image.

    Args:
        network: The network, which is moved to the device.
        images: HR, with their own LR if they are pairs.
        protocol: How to measure.
        degradation: Makes LR of HR for images without LR of their own; None is bicubic.
        catalog: The catalog with bicubic, PSNR and SSIM.
        seed: Seed of a random degradation.
        device: The device of the network; None is the CPU.
        metrics: The metrics by name; None is PSNR and SSIM, as the protocol says.
        side: Side of a tile, in input pixels; None chooses one that fits into memory.

    Raises:
        SrkitError: An image is too small for the protocol (named), or luma in floats is asked of a network
            of RGB or of a degradation other than bicubic.
    """
    if metrics is None:
        metrics = measuring({"psnr": {}, "ssim": {}}, network.scale, protocol, catalog)
    if protocol.space == "y":
        _want_luma(network, images, protocol, degradation)
    place = device or torch.device("cpu")
    if protocol.ensemble:
        module = Ensemble(network.module)
        network = replace(network, module=module, needs=module.needs)
    network.module.to(place, memory_format=torch.channels_last)  # type: ignore[call-overload]
    enlarger = NetworkEnlarger(network, device=place, side=side)
    low = degradation or catalog.build("degradation", "bicubic", network.scale, edge=protocol.edge)
    given = examples(images, scale=network.scale, degradation=low, seed=seed)
    results: Iterator[tuple[Example, Tensor]]
    if protocol.space == "y":
        results = (_in_luma(enlarger, example, protocol) for example in given)
    else:
        results = enlarged(enlarger, given)
    for example, high in results:
        scores = {score.metric: score.value for score in evaluate([(example, high)], metrics, place)}
        yield ImageScores(example.name, scores)


def _want_luma(
    network: Network, images: ImageSet, protocol: EvaluationProtocol, degradation: DegradationFn | None
) -> None:
    """Refuse options that do not go together with luma in floats."""
    if degradation is not None or images.scale is not None:
        raise SrkitError("--space y: shrinks luma by bicubic in floats; it goes with no other LR")
    if protocol.color == "rgb":
        raise SrkitError("--space y: shrinks and measures luma; it goes with --color y")
    if network.color is Color.RGB and network.learns:
        raise SrkitError(f"--space y: wants a model of luma, {network.name} is one of RGB")


def _in_luma(enlarger: NetworkEnlarger, example: Example, protocol: EvaluationProtocol) -> tuple[Example, Tensor]:
    """Round luma, then shrink and enlarge it in floats, as the published bicubic tables do."""
    exact = example.high.double()
    target = quantise(luma(exact) if exact.shape[1] == 3 or protocol.gray == "repeat" else exact)
    low = resize(target, 1 / enlarger.scale, edge=protocol.edge)
    high = enlarger.planes(low.float() if enlarger.network.learns else low)
    return replace(example, low=low, high=target.to(high.dtype)), high


def measuring(
    metrics: Mapping[str, Mapping[str, Any]], scale: int, protocol: EvaluationProtocol, catalog: Catalog
) -> dict[str, MetricFn]:
    """Build metrics by name; options of ``psnr`` and ``ssim`` that are not given follow the protocol."""
    return {
        name: catalog.build("metric", name, scale, **_options(name, protocol) | dict(options))
        for name, options in metrics.items()
    }


def _options(metric: str, protocol: EvaluationProtocol) -> dict[str, Any]:
    if metric not in ("psnr", "ssim"):
        return {}
    gray = "as_is" if protocol.space == "y" else protocol.gray  # with this protocol the metrics get luma
    return {"color": protocol.color, "border": protocol.border, "quantise": protocol.quantise, "gray": gray}
