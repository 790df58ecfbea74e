"""What a network costs, how far it sees and what was published of it, before it is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from srkit.errors import BuildError
from srkit.network.multiply_adds import multiply_adds
from srkit.network.needs import Needs
from srkit.network.network import Network
from srkit.network.variant import Scores, Variant
from srkit.parts.model import VARIANTS
from srkit.plugins import Catalog
from srkit.registry import Part

SCALES = (2, 3, 4, 8)
"""The scales that are listed, of those that a network takes."""


@dataclass(frozen=True)
class NetworkFacts:
    """One variant of a network at one scale.

    Args:
        model: The name of the part.
        variant: The variant.
        scale: How many times larger it makes an image.
        parameters: How many parameters it has.
        multiply_adds: Multiply-adds for an HR image of 1280x720.
        needs: What it needs from its caller.
    """

    model: str
    variant: Variant
    scale: int
    parameters: int
    multiply_adds: int
    needs: Needs

    @property
    def name(self) -> str:
        """The model and its variant."""
        return f"{self.model} {self.variant.name}".rstrip()

    @property
    def psnr(self) -> Scores | None:
        """The published scores at this scale, None if there are none."""
        return self.variant.psnr.get(self.scale)


def billions(number: int) -> str:
    """Return a number of multiply-adds in billions with two or three digits that count, such as 0.015 G."""
    value = number / 1e9
    return f"{value:,.1f} G" if value >= 0.1 or not number else f"{value:.3f} G"


def facts_of(part: Part, catalog: Catalog, scales: Sequence[int] = SCALES) -> list[NetworkFacts]:
    """Return the facts of every variant of a model at every scale that it takes, without computing an image.

    Args:
        part: The model.
        catalog: The catalog of the parts for its slots.
        scales: The scales to try.

    Raises:
        ConfigError: The model has an option without a default, or a variant names a wrong option.
        BuildError: A variant refuses every scale.
    """
    found = []
    for variant in VARIANTS.of(part.factory) or (Variant(),):
        wanted = [scale for scale in scales if scale in (variant.scales or scales)]
        refusals = []
        for scale in wanted:
            try:
                found.append(_measured(catalog, part, scale, variant))
            except BuildError as refusal:
                refusals.append(refusal)
        if refusals and not any(one.variant is variant for one in found):
            raise refusals[0]
    return found


def _measured(catalog: Catalog, part: Part, scale: int, variant: Variant) -> NetworkFacts:
    wired: tuple[Any, ...] = ("model", part.name, scale, variant.color.channels)
    try:
        with torch.device("meta"):  # no memory, and no time for random weights
            module: nn.Module = catalog.build(*wired, **variant.options)
        return _facts(part, scale, variant, module)
    except (RuntimeError, NotImplementedError):  # it reads values of tensors
        return _facts(part, scale, variant, catalog.build(*wired, **variant.options))


def _facts(part: Part, scale: int, variant: Variant, module: nn.Module) -> NetworkFacts:
    network = Network.of(module, scale, variant.color)
    parameters = sum(parameter.numel() for parameter in module.parameters())
    return NetworkFacts(part.name, variant, scale, parameters, multiply_adds(network), network.needs)
