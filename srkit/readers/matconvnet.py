"""The official LapSRN, MS-LapSRN and VDSR weights: MATLAB files of MatConvNet networks."""

from __future__ import annotations

import re
from dataclasses import dataclass
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

RELEASED = {
    "upsampler": {"use": "transposed_conv", "kernel": 3},
    "image_upsampler": {"use": "transposed_conv", "kernel": 4, "init": "bilinear", "bias": False},
    "negative_slope": 0.2,
    "features": 64,
}
AUTHORS = {"lapsrn": "LapSRN", "ms_lapsrn": "LapSRN", "vdsr": "VDSR"}
NAMES = {"input_conv": "embed", "upconv": "upsampler.conv", "residual_conv": "residual"}


@srkit.reader("matconvnet")
class MatConvNet:
    """The official LapSRN, MS-LapSRN and VDSR weights (.mat): MATLAB files of MatConvNet networks.

    Args:
        scale: Scale of an MS-LapSRN or a VDSR, whose weights fit every scale; LapSRN's follows from its levels.
    """

    def __init__(self, build: BuildModel, *, scale: int | None = None) -> None:
        self.build, self.scale = build, scale

    def accepts(self, file: Path) -> bool:
        """Return whether the file has the suffix of this format."""
        return file.suffix == ".mat"

    def read(self, file: Path) -> Network:
        """Return the released network.

        Raises:
            CheckpointError: The file is damaged or of another network, or scipy or the scale is missing.
        """
        found = _released(file, self.scale)
        try:
            module = self.build(found.use, found.options, found.scale, Color.Y.channels)
        except BuildError as error:
            raise CheckpointError(f"{file}: {error}") from None
        load_into(module, found.tensors, str(file))
        name = file.stem if str(found.scale) in file.stem else f"{file.stem} x{found.scale}"
        metadata = {
            "model": {"use": found.use, **found.options},
            "source": f"{file.name}, released by the authors of {AUTHORS[found.use]}",
        }
        return Network.of(module.eval(), found.scale, Color.Y, name=name, metadata=metadata)


@dataclass(frozen=True)
class _Released:
    """A model in srkit's terms: its name and options, its scale, and the tensors of its state_dict."""

    use: str
    options: dict[str, Any]
    scale: int
    tensors: dict[str, Tensor]


def _released(path: Path, scale: int | None) -> _Released:
    arrays = _arrays(path)
    if "1_f" in arrays:
        return _vdsr(arrays, path, scale)
    if "input_conv_f" not in arrays:
        raise CheckpointError(
            f"{path}: wants a LapSRN network (input_conv, upconv, ...) or a VDSR network, found "
            f"{', '.join(arrays)[:80] or 'nothing'}"
        )
    levels = sorted({int(found[1]) for name in arrays if (found := re.match(r"level(\d+)_", name))}, reverse=True)
    if levels:
        return _lapsrn(arrays, levels)
    return _ms_lapsrn(arrays, path, scale)


def _lapsrn(arrays: dict[str, NDArray[np.float32]], levels: list[int]) -> _Released:
    tensors = _pair(arrays, "input_conv", "embed")
    depth = sum(bool(re.fullmatch(rf"level{levels[0]}_conv\d+_f", name)) for name in arrays)
    for place, level in enumerate(levels):  # the highest number is the first level
        for index in range(depth):
            tensors |= _pair(arrays, f"level{level}_conv{index + 1}", f"levels.{place}.convs.{index}")
        tensors |= _pair(arrays, f"level{level}_upconv", f"levels.{place}.upsampler.conv")
        tensors |= _pair(arrays, f"level{level}_residual_conv", f"levels.{place}.residual")
        tensors |= _pair(arrays, f"level{level}_img_up", f"images.{place}.conv", bias=False)
    return _Released("lapsrn", {**RELEASED, "depth": depth}, 2 ** len(levels), tensors)


def _ms_lapsrn(arrays: dict[str, NDArray[np.float32]], path: Path, scale: int | None) -> _Released:
    found = re.search(r"D(\d+)R(\d+)", path.stem)
    if scale is None or found is None:
        raise CheckpointError(
            f"{path}: holds weights for every scale and number of recursions; give --scale, "
            "and keep the recursions in the file's name, as in MSLapSRN_D5R8.mat"
        )
    depth, recursions = int(found[1]), int(found[2])
    tensors = _pair(arrays, "img_up", "image_upsampler.conv", bias=False)
    for name, ours in NAMES.items():
        tensors |= _pair(arrays, name, ours)
    for index in range(depth):
        tensors |= _pair(arrays, f"conv{index + 1}", f"convs.{index}")
    return _Released("ms_lapsrn", {**RELEASED, "depth": depth, "recursions": recursions}, scale, tensors)


def _vdsr(arrays: dict[str, NDArray[np.float32]], path: Path, scale: int | None) -> _Released:
    if scale is None:
        raise CheckpointError(f"{path}: holds weights for every scale; give --scale")
    depth = len(arrays) // 2
    tensors: dict[str, Tensor] = {}
    for index in range(depth):
        tensors |= _pair(arrays, str(index + 1), f"convs.{index}")
    return _Released("vdsr", {"depth": depth, "features": len(tensors["convs.0.bias"])}, scale, tensors)


def _pair(arrays: dict[str, NDArray[np.float32]], name: str, ours: str, *, bias: bool = True) -> dict[str, Tensor]:
    """Return weight and bias of one layer as torch has them.

    MatConvNet's filters are [kh,kw,in,out], those of transposed convolutions [kh,kw,out,in]: turned
    round, both are what torch wants. MATLAB drops trailing dimensions of one.
    """
    filters = arrays[f"{name}_f"]
    filters = filters.reshape(*filters.shape, *[1] * (4 - filters.ndim))
    layer = {f"{ours}.weight": torch.from_numpy(np.ascontiguousarray(filters.transpose(3, 2, 0, 1)))}
    if bias:
        layer[f"{ours}.bias"] = torch.from_numpy(np.atleast_1d(arrays[f"{name}_b"].squeeze()).copy())
    return layer


def _arrays(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the network's parameters by name; those of a plain row of layers are ``1_f``, ``1_b``, ``2_f``, ..."""
    try:
        from scipy.io import loadmat
    except ImportError:
        raise CheckpointError(f"{path}: reading MATLAB files wants scipy; pip install 'srkit[matlab]'") from None
    if not path.is_file():
        raise CheckpointError(f"{path}: wants a .mat file, found nothing of that name")
    try:
        content = loadmat(path)
        if "model" in content:
            cells = {letter: content["model"][name][0, 0][0] for letter, name in (("f", "weight"), ("b", "bias"))}
            return {
                f"{number}_{letter}": np.asarray(value, dtype=np.float32)
                for letter, values in cells.items()
                for number, value in enumerate(values, 1)
            }
        parameters = content["net"]["params"][0, 0][0]
        return {str(one["name"][0]): np.asarray(one["value"], dtype=np.float32) for one in parameters}
    except Exception as error:  # scipy may raise any error for a damaged file
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise CheckpointError(f"{path}: is damaged or no MatConvNet network: {reason}") from None
