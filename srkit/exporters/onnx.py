"""ONNX files, for runtimes without srkit."""

from __future__ import annotations

import copy
import errno
import json
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

import srkit
from srkit.atomic import sweep, whole
from srkit.errors import ExportError
from srkit.network.color import Color
from srkit.network.exporter import Checked
from srkit.network.network import Network
from srkit.network.per_image import PerImage

PACKAGES = ("onnx", "onnxscript", "onnxruntime")

SIZES = ((1, 1, 1), (2, 17, 8), (1, 33, 40))
"""Batch, height and width of the images on which a file is tested: the smallest, odd sizes, a larger one."""

TOLERANCE = 1e-4
"""Largest accepted difference from PyTorch, a fortieth of a grey level; rounding causes a hundredth of that."""

PROTOCOL = {
    Color.Y: "luma of BT.601 (16..235) over 255; Cb and Cr by bicubic, then back to RGB",
    Color.RGB: "RGB (0..255) over 255",
}


@srkit.exporter("onnx")
class Onnx:
    """ONNX, for onnxruntime, OpenCV and other runtimes: images of any size.

    The file takes ``low`` (N,C,H,W) and gives ``high`` (N,C,sH,sW), float32, of any N, H and W. It holds
    standard operations only. Its ``metadata_props`` say ``name``, ``model`` (JSON), ``scale``, ``color``,
    ``protocol`` and ``versions`` (JSON).
    """

    suffixes = (".onnx",)

    def __call__(self, network: Network, target: Path) -> Checked:
        """Write ``network``, and compare onnxruntime with PyTorch on a few images.

        Raises:
            ExportError: A package is missing, the network cannot be exported, the file computes something else, or
                it cannot be written.
        """
        _want_packages(target)
        if isinstance(network.module, PerImage):
            raise ExportError(
                f"{target}: wants a network, found the method {network.name}, which runs in srkit alone"
            )
        if not target.parent.is_dir():  # an export takes seconds
            raise ExportError(f"{target}: cannot be written: {os.strerror(errno.ENOENT)}")
        module = copy.deepcopy(network.module).cpu().eval().requires_grad_(False)
        proto = _proto(module, network, target)
        _describe(proto, network)
        try:
            sweep(target)
            with whole(target) as temporary:
                import_module("onnx").save(proto, temporary)
                return Checked("onnxruntime", _check(module, temporary, target, network.needs.least))
        except OSError as error:
            raise ExportError(f"{target}: cannot be written: {error.strerror or error}") from None


def _want_packages(target: Path) -> None:
    for name in PACKAGES:
        try:
            import_module(name)
        except ImportError as error:
            what = f"wants the packages {', '.join(PACKAGES)}, but {error}"
            raise ExportError(f"{target}: {what}; pip install 'srkit[onnx]'") from None


def _proto(module: nn.Module, network: Network, target: Path) -> Any:
    example = torch.rand(2, network.color.channels, 12, 16)
    free = {0: torch.export.Dim("batch"), 2: torch.export.Dim("height", min=2), 3: torch.export.Dim("width", min=2)}
    try:
        with _quiet():
            program = torch.onnx.export(
                module,
                (example,),
                dynamo=True,
                dynamic_shapes=(free,),
                input_names=["low"],
                output_names=["high"],
                verbose=False,
            )
        assert program is not None
        return program.model_proto
    except Exception as error:  # the exporter may raise any error for an operation that it does not know
        first: BaseException = error
        while first.__cause__ is not None:  # the exporter's own message describes its internals
            first = first.__cause__
        reason = (str(first).strip() or type(first).__name__).splitlines()[0]
        raise ExportError(f"{target}: {network.name} cannot be exported: {reason}") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence warnings of torch 2.13's exporter about its own code and about a missing torchvision."""
    log = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"`isinstance\(treespec, LeafSpec\)` is deprecated", FutureWarning)
            yield
    finally:
        log.setLevel(level)


def _describe(proto: Any, network: Network) -> None:
    """Add the network's metadata, and remove paths of this machine from the nodes."""
    graph = proto.graph
    for one in (proto, graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        del one.metadata_props[:]
    said = {
        "name": network.name,
        "model": json.dumps(network.metadata["model"]),
        "scale": str(network.scale),
        "color": network.color.value,
        "protocol": PROTOCOL[network.color],
        "versions": json.dumps({"srkit": srkit.__version__, "torch": torch.__version__}),
    }
    import_module("onnx").helper.set_model_props(proto, said)


def _check(module: nn.Module, file: Path, target: Path, least: int) -> float:
    """Return the largest difference from PyTorch, on images of ``least`` pixels a side and more.

    Raises:
        ExportError: The difference is too large.
    """
    runtime = import_module("onnxruntime")
    session = runtime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    (wanted,) = session.get_inputs()
    generator, worst = torch.Generator().manual_seed(0), 0.0
    for count, *sides in SIZES:
        height, width = (max(side, least) for side in sides)
        low = torch.rand(count, wanted.shape[1], height, width, generator=generator)
        high = module(low)
        (found,) = session.run(None, {wanted.name: low.numpy()})
        if tuple(found.shape) != tuple(high.shape):
            sizes = f"{tuple(found.shape)} instead of {tuple(high.shape)}"
            raise ExportError(f"{target}: onnxruntime gives {sizes} of {tuple(low.shape)}; not written")
        difference = float((Tensor(found) - high).abs().max())
        if not difference <= TOLERANCE:
            what = f"by {difference:.1e} on {height}x{width} pixels, more than {TOLERANCE:.0e}"
            raise ExportError(f"{target}: onnxruntime differs from PyTorch {what}; not written")
        worst = max(worst, difference)
    return worst
