"""The interface of exporters, which write networks for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol

from srkit.network.network import Network


class Checked(NamedTuple):
    """How a written file was checked.

    Args:
        by: The program that opened the file and ran the network, such as ``onnxruntime``.
        difference: The largest difference of its results from PyTorch's, for images in [0,1].
    """

    by: str
    difference: float


class ExporterFn(Protocol):
    """Writes networks as files of one format."""

    def __call__(self, network: Network, target: Path, /) -> Checked:
        """Write ``network`` as the file ``target``, whole or not at all, and say how the file was checked.

        A file of that name is replaced. The network stays as it is, and may be on any device.

        Raises:
            ExportError: The format has no such network, a package is missing, the file computes something else, or
                it cannot be written. The message begins with ``target``.
        """
        ...
