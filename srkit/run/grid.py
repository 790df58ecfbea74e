"""How much of a checkerboard a network leaves: the four measures, over a network and images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from srkit.checkerboard.flat import FlatField, flat_fields, layer_ripple
from srkit.checkerboard.gradient import gradient_grid
from srkit.checkerboard.phases import phase_errors
from srkit.checkerboard.spectrum import GridSpectrum, grid_spectrum
from srkit.data.examples import Example
from srkit.engine.predict import predict
from srkit.errors import SrkitError
from srkit.image.color import luma
from srkit.parts.loss import LossFn


class Network(Protocol):
    """A network, and what must be known to ask it."""

    @property
    def model(self) -> nn.Module:
        """(N,C,h,w) to (N,C,sh,sw)."""
        ...

    @property
    def scale(self) -> int:
        """The scale s."""
        ...

    @property
    def color(self) -> str:
        """What it works on: y (C is 1) or rgb (C is 3)."""
        ...


@dataclass(frozen=True)
class ImageGrid:
    """What the measures say of one image.

    Attributes:
        name: The image.
        peaks: M2, grid-peak ratio of SR over that of HR, in dB; 0 is no more than the scene has.
        bias: M3, root mean square difference of phase biases within their orbits, in grey levels.
        variance: M3, the largest over the smallest error variance within an orbit; 1 is balanced.
        gradient: M4, grid-peak ratio of the loss's gradient, in dB; None without a loss.
        spectrum: The spectrum of SR.
    """

    name: str
    peaks: float
    bias: float
    variance: float
    gradient: float | None
    spectrum: GridSpectrum


def flat_response(network: Network) -> list[FlatField]:
    """Return what the network makes of flat fields (M1)."""
    return flat_fields(network.model, network.scale, channels=_channels(network))


def layer_ripples(network: Network) -> Iterator[tuple[str, float]]:
    """Yield the ripple of every upsampler in the network (M1's twin), by its name there."""
    shapes: dict[str, tuple[int, int]] = {}
    parts = {name: module for name, module in network.model.named_modules() if _is_upsampler(module)}
    hooks = [module.register_forward_hook(_note(name, shapes)) for name, module in parts.items()]
    place = next(network.model.parameters(), torch.empty(0)).device
    with torch.no_grad():
        network.model(torch.zeros(1, _channels(network), 8, 8, device=place))
    for hook in hooks:
        hook.remove()
    for name, (channels, scale) in shapes.items():
        yield name, layer_ripple(parts[name], channels, scale)


def image_grid(
    network: Network, example: Example, loss: LossFn | None = None, *, device: torch.device | None = None
) -> ImageGrid:
    """Return the measures of one image, on luma that is not rounded.

    Raises:
        SrkitError: The image is too small for the spectrum; named.
    """
    place = device or torch.device("cpu")
    large = predict(network.model, example.low, scale=network.scale, color=network.color, device=place)
    try:
        return _measured(example.name, _luma(large.clone()), _luma(example.high), network.scale, loss, place)
    except ValueError as error:
        raise SrkitError(f"{example.name}: cannot be measured: {error}") from None


def _measured(
    name: str, prediction: Tensor, target: Tensor, scale: int, loss: LossFn | None, place: torch.device
) -> ImageGrid:
    spectrum, phases = grid_spectrum(prediction, scale), phase_errors(prediction, target, scale)
    gradient = None  # a loss may own a network, which lies where the training does
    if loss is not None:
        gradient = gradient_grid(loss, prediction.to(place), target.to(place), scale).decibels
    return ImageGrid(
        name,
        spectrum.decibels - grid_spectrum(target, scale).decibels,
        phases.bias_spread,
        phases.variance_ratio,
        gradient,
        spectrum,
    )


def _channels(network: Network) -> int:
    return 1 if network.color == "y" else 3


def _luma(image: Tensor) -> Tensor:
    return luma(image) if image.shape[1] == 3 else image


def _is_upsampler(module: nn.Module) -> bool:
    mark = vars(type(module)).get("__srkit_part__")
    return mark is not None and mark[0].name == "upsampler"


def _note(name: str, shapes: dict[str, tuple[int, int]]) -> Callable[[nn.Module, Any, Tensor], None]:
    def note(_module: nn.Module, given: Any, made: Tensor) -> None:
        shapes[name] = given[0].shape[1], made.shape[-1] // given[0].shape[-1]

    return note
