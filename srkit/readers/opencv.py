"""The ESPCN and FSRCNN files of OpenCV's dnn_superres: TensorFlow graphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import srkit
from srkit.engine.checkpoint import load_into
from srkit.errors import BuildError, CheckpointError
from srkit.network.color import Color
from srkit.network.network import Network
from srkit.network.reader import BuildModel
from srkit.readers.tensorflow_graph import Node, read_graph

Arrays = Mapping[str, NDArray[np.float32]]
Described = tuple[str, dict[str, Any], dict[str, Tensor]]
"""Name and options of a model, and the tensors of its state_dict."""


@srkit.reader("opencv")
class OpenCV:
    """The ESPCN and FSRCNN files of OpenCV's dnn_superres (.pb): TensorFlow graphs of networks of luma.

    They differ from the papers' networks: ESPCN has ReLU inside and tanh behind the upsampler, FSRCNN has a 1x1
    convolution and a pixel shuffle instead of the transposed convolution.
    """

    def __init__(self, build: BuildModel) -> None:
        self.build = build

    def accepts(self, file: Path) -> bool:
        """Return whether the file has the suffix of this format."""
        return file.suffix == ".pb"

    def read(self, file: Path) -> Network:
        """Return the network of a graph.

        Raises:
            CheckpointError: The file is missing, damaged or of another network.
        """
        nodes = _nodes(file)
        scale = next((node.integers.get("block_size", 0) for node in nodes if node.operation == "DepthToSpace"), 0)
        arrays = {node.name: node.tensor for node in nodes if node.tensor is not None}
        describe = LAYOUTS.get(_layout(nodes))
        if describe is None or scale < 2:
            found = ", ".join(dict.fromkeys(node.operation for node in nodes))
            raise CheckpointError(
                f"{file}: wants the graph of ESPCN or FSRCNN, found one of {found[:80] or 'nothing'}; "
                "export other networks of TensorFlow from there"
            )
        use, options, tensors = describe(arrays, scale)
        try:
            module = self.build(use, options, scale, Color.Y.channels)
        except BuildError as error:
            raise CheckpointError(f"{file}: {error}") from None
        load_into(module, tensors, str(file))
        name = file.stem if str(scale) in file.stem else f"{file.stem} x{scale}"
        metadata = {"model": {"use": use, **options}, "source": f"{file.name}, as OpenCV's dnn_superres uses it"}
        return Network.of(module.eval(), scale, Color.Y, name=name, metadata=metadata)


def _nodes(file: Path) -> list[Node]:
    try:
        return read_graph(file.read_bytes())
    except FileNotFoundError:
        raise CheckpointError(f"{file}: wants a .pb file, found nothing of that name") from None
    except OSError as error:
        raise CheckpointError(f"{file}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError) as error:
        raise CheckpointError(f"{file}: is damaged or no graph of TensorFlow: {error}") from None


def _layout(nodes: list[Node]) -> str:
    """Return which network a graph is, by the operations that it has and how often; otherwise nothing."""
    count = Counter(node.operation for node in nodes)
    numbers = [
        sum(bool(re.fullmatch(rf"{letter}\d+", node.name)) for node in nodes) for letter in ("f", "b", "alpha")
    ]
    convolutions = count["Conv2D"]
    if numbers == [convolutions, convolutions, 0] and (count["Relu"], count["Tanh"], count["Abs"]) == (2, 1, 0):
        return "espcn"
    if (
        numbers == [convolutions] * 2 + [convolutions - 1]
        and count["Abs"] == count["Relu"] == convolutions - 1 >= 4
    ):
        return "fsrcnn"
    return ""


def _espcn(arrays: Arrays, _scale: int) -> Described:
    options = {"activation": "relu", "output": "tanh", "features": len(arrays["b1"]), "narrow": len(arrays["b2"])}
    tensors = _conv(arrays, 1, "conv1") | _conv(arrays, 2, "conv2") | _conv(arrays, 3, "upsampler.conv")
    return "espcn", options, tensors


def _fsrcnn(arrays: Arrays, scale: int) -> Described:
    count = sum(name.startswith("alpha") for name in arrays)
    options = {
        "upsampler": {"use": "subpixel", "kernel": 1},
        "features": len(arrays["b1"]),
        "narrow": len(arrays["b2"]),
        "depth": count - 3,
    }
    tensors: dict[str, Tensor] = {}
    for index in range(count):
        tensors |= _conv(arrays, index + 1, f"convs.{index}")
        tensors[f"activations.{index}.weight"] = torch.from_numpy(arrays[f"alpha{index + 1}"].copy())
    tensors |= _conv(arrays, count + 1, "upsampler.conv")
    # the graph adds one bias after the shuffle; it is the bias of every phase before it
    tensors["upsampler.conv.bias"] = tensors["upsampler.conv.bias"].expand(scale**2).clone()
    return "fsrcnn", options, tensors


LAYOUTS = {"espcn": _espcn, "fsrcnn": _fsrcnn}


def _conv(arrays: Arrays, number: int, ours: str) -> dict[str, Tensor]:
    """Return weight and bias of a layer as torch has them; TensorFlow's filters are [kh,kw,in,out]."""
    filters, bias = arrays[f"f{number}"], arrays[f"b{number}"]
    weight = np.ascontiguousarray(filters.transpose(3, 2, 0, 1))
    return {f"{ours}.weight": torch.from_numpy(weight), f"{ours}.bias": torch.from_numpy(bias.copy())}
