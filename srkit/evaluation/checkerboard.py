"""The four measures of the checkerboard for a network and its results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from srkit.checkerboard.flat import FlatField, flat_fields, layer_ripple
from srkit.checkerboard.gradient import gradient_grid
from srkit.checkerboard.phase_errors import phase_errors
from srkit.checkerboard.spectrum import GridSpectrum, grid_spectrum
from srkit.engine.precision import products
from srkit.errors import SrkitError
from srkit.evaluation.evaluate import ReferenceImage
from srkit.image.color import luma
from srkit.network.network import Network
from srkit.parts.loss import LossFn, for_batch

SIDE = 8
"""Side, in input pixels, of the image that is sent through a network to find the inputs of its upsamplers."""


@dataclass(frozen=True)
class ImageCheckerboard:
    """The measures of the checkerboard for one image.

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
    """Return the outputs of the network for flat fields (M1), computed in fp32."""
    with products(_place(network.module), "fp32"):
        return flat_fields(network.module, network.scale, channels=network.color.channels)


def layer_ripples(network: Network) -> Iterator[tuple[str, float]]:
    """Yield the ripple of every upsampler in the network (M1's twin), by its name there.

    The module is left in evaluation mode.
    """
    shapes: dict[str, tuple[int, int]] = {}
    parts = {name: module for name, module in network.module.named_modules() if _is_upsampler(module)}
    hooks = [module.register_forward_hook(_note(name, shapes)) for name, module in parts.items()]
    place = _place(network.module)
    side = max(SIDE, network.needs.least)
    with torch.no_grad():
        network.module.eval()(torch.zeros(1, network.color.channels, side, side, device=place))
    for hook in hooks:
        hook.remove()
    for name, (channels, scale) in shapes.items():
        with products(place, "fp32"):
            ripple = layer_ripple(parts[name], channels, scale)
        yield name, ripple


class MeasuredImage(ReferenceImage, Protocol):
    """An image that a result is compared with, and the LR that the result was made from."""

    @property
    def low(self) -> Tensor:
        """LR (1,C,h,w) in [0,1], on the CPU."""
        ...


def image_checkerboards(
    results: Iterable[tuple[MeasuredImage, Tensor]],
    scale: int,
    loss: LossFn | None = None,
    *,
    device: torch.device | None = None,
) -> Iterator[ImageCheckerboard]:
    """Yield the measures M2 to M4 of every result, taken on luma that is not rounded.

    Args:
        results: Images, each with the SR made from its LR: (1,C,H,W) in [0,1], on the CPU.
        scale: How many times larger than LR they are.
        loss: The loss whose gradient is measured (M4); None measures none.
        device: The device of the loss, which may own a network; None is the CPU.

    Raises:
        SrkitError: An image is too small for the spectrum; the message names it.
    """
    for image, large in results:
        try:
            place = device or torch.device("cpu")
            ready = None if loss is None else for_batch(loss, _luma(image.low).to(place))
            yield _measured(image.name, _luma(large), _luma(image.high), scale, ready, place)
        except ValueError as error:
            raise SrkitError(f"{image.name}: cannot be measured: {error}") from None


def _measured(
    name: str, prediction: Tensor, target: Tensor, scale: int, loss: LossFn | None, device: torch.device
) -> ImageCheckerboard:
    spectrum, phases = grid_spectrum(prediction, scale), phase_errors(prediction, target, scale)
    gradient = None
    if loss is not None:
        gradient = gradient_grid(loss, prediction.to(device), target.to(device), scale).decibels
    return ImageCheckerboard(
        name,
        spectrum.decibels - grid_spectrum(target, scale).decibels,
        phases.bias_spread,
        phases.variance_ratio,
        gradient,
        spectrum,
    )


def _place(module: nn.Module) -> torch.device:
    return next(module.parameters(), torch.empty(0)).device


def _luma(image: Tensor) -> Tensor:
    return luma(image) if image.shape[1] == 3 else image


def _is_upsampler(module: nn.Module) -> bool:
    mark = vars(type(module)).get("__srkit_part__")
    return mark is not None and mark[0].name == "upsampler"


def _note(name: str, shapes: dict[str, tuple[int, int]]) -> Callable[[nn.Module, Any, Tensor], None]:
    def note(_module: nn.Module, given: Any, made: Tensor) -> None:
        shapes[name] = given[0].shape[1], made.shape[-1] // given[0].shape[-1]

    return note
