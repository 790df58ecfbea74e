"""The exporter of files that spandrel, and so chaiNNer and ComfyUI, can read."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

import srkit
from srkit.atomic import sweep, whole
from srkit.errors import ExportError
from srkit.network.exporter import Checked
from srkit.network.network import Network
from srkit_spandrel.community import Community
from srkit_spandrel.official import OFFICIAL
from srkit_spandrel.recognise import described

SIZES = ((16, 16), (23, 32), (41, 24))
"""Height and width of the images on which a file is tested: whole windows, and sides that windows do not divide."""

TOLERANCE = 1e-4
"""Largest accepted difference from the network in srkit, a fortieth of a grey level."""


@srkit.exporter("spandrel")
class Exporter:
    """Files that spandrel recognises, for chaiNNer, ComfyUI and others: community networks, and some of srkit's."""

    suffixes = (".pth", ".safetensors")

    def __call__(self, network: Network, target: Path) -> Checked:
        """Write ``network`` under the names of its authors, and compare spandrel's results with srkit's.

        Raises:
            ExportError: spandrel is not installed or has no such network, it computes something else, or the file
                cannot be written.
        """
        try:
            found = described(_tensors(network))
        except ImportError as error:
            raise ExportError(f"{target}: wants the package spandrel, but {error}; pip install spandrel") from None
        except ValueError as error:
            raise ExportError(f"{target}: {network.name} cannot be exported: {error}") from None
        difference = _difference(network, found)
        if not difference <= TOLERANCE:
            what = f"by {difference:.1e}, more than {TOLERANCE:.0e}"
            raise ExportError(f"{target}: spandrel differs from srkit {what}; not written")
        tensors = {name: one.detach().cpu().contiguous() for name, one in found.model.state_dict().items()}
        try:
            sweep(target)
            with whole(target) as temporary:
                if target.suffix == ".safetensors":
                    save_file(tensors, temporary)
                else:
                    torch.save(tensors, temporary)
        except (OSError, RuntimeError) as error:  # torch's writer raises its own error
            reason = error if isinstance(error, OSError) else error.__context__ or error
            raise ExportError(
                f"{target}: cannot be written: {getattr(reason, 'strerror', None) or reason}"
            ) from None
        return Checked("spandrel", difference)


def _tensors(network: Network) -> dict[str, Tensor]:
    """Return the tensors under the names that spandrel knows.

    Raises:
        ValueError: spandrel has no such network.
    """
    if isinstance(network.module, Community):
        return copy.deepcopy(network.module.network).cpu().state_dict()
    use = str(network.metadata.get("model", {}).get("use"))
    if use not in OFFICIAL:
        raise ValueError(f"wants a network that spandrel has too ({', '.join(sorted(OFFICIAL))}), found {use}")
    state = {name: tensor.detach().cpu() for name, tensor in network.module.state_dict().items()}
    return OFFICIAL[use](state)


@torch.no_grad()
def _difference(network: Network, found: Any) -> float:
    """Return the largest difference between the network and spandrel's, of images in [0,1]."""
    ours: nn.Module = copy.deepcopy(network.module).cpu().float().eval()
    generator, worst = torch.Generator().manual_seed(0), 0.0
    found.eval()
    for height, width in SIZES:
        low = torch.rand(1, network.color.channels, height, width, generator=generator)
        worst = max(worst, float((found(low) - ours(low).clamp(0, 1)).abs().max()))
    return worst
